"""What is wrong with the values somebody gave, collected so that a person reads all of it at once."""

from starline.core.errors import Invalid


class Problems(dict[str, list[str]]):
    """Sentences by field name. Each says what to do, not only what is wrong."""

    def add(self, field: str, sentence: str) -> None:
        self.setdefault(field, []).append(sentence)

    def refuse(self) -> None:
        """Raise `Invalid` with everything collected; nothing where all is well."""
        if self:
            raise Invalid("Please check the marked fields.", errors=dict(self))


def invalid(field: str, sentence: str) -> Invalid:
    """The refusal for one field, also as the message itself."""
    return Invalid(sentence, errors={field: [sentence]})
