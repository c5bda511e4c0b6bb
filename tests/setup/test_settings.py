"""Settings: read from the environment, refused as a whole with every reason named."""

import re
import secrets
from dataclasses import fields

import pytest

from config import PREFIX, ROOT, SECRETS, ConfigurationError, Settings, environment_variables, read_settings

SOUND = {
    "STARLINE_ENVIRONMENT": "production",
    "STARLINE_DATABASE_URL": "postgresql+psycopg2://starline_app:word@db.example/starline",
    "STARLINE_SECRET_KEY": secrets.token_urlsafe(48),
    "STARLINE_JWT_KEY": secrets.token_urlsafe(48),
    "STARLINE_CONTEXT_KEY": secrets.token_urlsafe(48),
    "STARLINE_BASE_DOMAIN": "care.example",
    "STARLINE_SMTP_URL": "smtps://mail.example:465",
}


def problems(**changes: str) -> list[str]:
    """What production says to the sound settings with some of them changed."""
    given = SOUND | {f"STARLINE_{name.upper()}": value for name, value in changes.items()}
    with pytest.raises(ConfigurationError) as refusal:
        read_settings(given)
    return refusal.value.problems


def test_production_starts_with_sound_settings():
    found = read_settings(SOUND)
    assert found.is_production
    assert not found.api_docs
    assert found.bcrypt_rounds == 12
    assert found.allowed_hosts == ("care.example", ".care.example")


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("value", ["", "change-me", "secret", "x" * 64, "ab" * 40, "short-but-random-9f2"])
def test_production_refuses_a_missing_default_or_weak_secret(name, value):
    assert any(name.upper() in sentence for sentence in problems(**{name: value}))


@pytest.mark.parametrize("role", ["starline_owner", "starline_backup", "postgres"])
def test_no_process_serves_under_a_role_that_bypasses_isolation(role):
    (sentence,) = problems(database_url=f"postgresql+psycopg2://{role}:word@db.example/starline")
    assert role in sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("debug", "on"),
        ("base_domain", "localhost"),
        ("allowed_hosts", "*"),
        ("bcrypt_rounds", "4"),
        ("smtp_url", ""),
        ("port", "0"),
        ("port", "many"),
        ("api_docs", "perhaps"),
        ("environment", "staging"),
        ("trusted_proxies", "balancer.example"),
        ("trusted_proxies", "10.0.0.5/8"),
        ("trusted_proxies", "::ffff:10.0.0.5"),
        ("trusted_proxies", "10.0.0.5, ::/0"),
    ],
)
def test_an_unsafe_or_impossible_setting_is_refused(name, value):
    assert len(problems(**{name: value})) == 1


def test_proxies_are_addresses_and_networks_and_none_is_trusted_unless_it_is_named():
    assert read_settings(SOUND).trusted_proxies == ()
    given = SOUND | {"STARLINE_TRUSTED_PROXIES": "10.0.0.5, 10.1.0.0/16,2001:db8::/48"}
    assert [str(one) for one in read_settings(given).trusted_proxies] == ["10.0.0.5/32", "10.1.0.0/16", "2001:db8::/48"]
    (sentence,) = problems(trusted_proxies="10.0.0.5,proxy")
    assert "STARLINE_TRUSTED_PROXIES" in sentence and "'proxy'" in sentence and "10.1.0.0/16" in sentence


def test_the_direct_address_is_the_database_address_unless_it_is_given():
    assert read_settings(SOUND).direct_database_url == SOUND["STARLINE_DATABASE_URL"]
    direct = "postgresql+psycopg2://starline_app:word@db.example:5432/starline"
    pooled = SOUND | {"STARLINE_DATABASE_URL": direct.replace("5432", "6432")}
    found = read_settings(pooled | {"STARLINE_DIRECT_DATABASE_URL": direct})
    assert (found.database_url, found.direct_database_url) == (pooled["STARLINE_DATABASE_URL"], direct)


def test_the_direct_address_serves_under_no_role_that_bypasses_isolation():
    (sentence,) = problems(direct_database_url="postgresql+psycopg2://starline_owner:word@db.example/starline")
    assert "STARLINE_DIRECT_DATABASE_URL" in sentence and "starline_owner" in sentence


def test_several_token_keys_are_each_as_strong_as_one():
    new, old = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
    assert read_settings(SOUND | {"STARLINE_JWT_KEY": f"{new}||{old}"}).jwt_keys == (new, old)
    assert any("JWT_KEY" in sentence for sentence in problems(jwt_key=f"{new}||change-me"))
    assert any("JWT_KEY" in sentence for sentence in problems(jwt_key=" || "))


def test_a_file_of_rsa_keys_makes_the_shared_key_dispensable(tmp_path):
    file = tmp_path / "keys.pem"
    file.write_text("")
    given = SOUND | {"STARLINE_JWT_PRIVATE_KEY_FILE": str(file), "STARLINE_JWT_KEY": ""}
    assert read_settings(given).jwt_private_key_file == file
    (sentence,) = problems(jwt_private_key_file=str(tmp_path / "nothing"))
    assert "STARLINE_JWT_PRIVATE_KEY_FILE" in sentence


OF_THE_WEB_SERVER = {"STARLINE_BIND", "STARLINE_WEB_WORKERS", "STARLINE_WEB_THREADS"}
"""Read by `deploy/gunicorn.conf.py` alone."""


def test_the_example_names_every_setting_once_and_nothing_else():
    named = re.findall(rf"^({PREFIX}\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert len(named) == len(set(named))
    assert set(named) - OF_THE_WEB_SERVER == {PREFIX + one.name.upper() for one in fields(Settings)}


def test_the_example_says_that_several_token_keys_may_be_given():
    (comment,) = re.findall(r"((?:^#.*\n)+)STARLINE_JWT_KEY=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert "||" in comment


def test_the_three_keys_must_differ():
    assert "differ" in problems(jwt_key=SOUND["STARLINE_SECRET_KEY"])[0]


def test_every_problem_is_named_at_once():
    assert len(problems(secret_key="", jwt_key="secret", debug="on", port="many")) == 4


def test_secrets_are_never_shown():
    found = read_settings(SOUND)
    assert SOUND["STARLINE_SECRET_KEY"] not in repr(found) + str(found)


def test_a_password_is_not_repeated_in_a_refusal():
    refusal = problems(database_url="postgresql+psycopg2://starline_owner:topsecretword@db.example/starline")
    assert "topsecretword" not in "".join(refusal)


def test_the_environment_overrides_the_embedded_set_up_and_production_ignores_it(tmp_path):
    (tmp_path / "local.env").write_text("STARLINE_SECRET_KEY=embedded\nSTARLINE_JWT_KEY=embedded\n")
    given = {"STARLINE_VAR_DIR": str(tmp_path), "STARLINE_JWT_KEY": "given"}
    found = environment_variables(given)
    assert (found["STARLINE_SECRET_KEY"], found["STARLINE_JWT_KEY"]) == ("embedded", "given")
    assert "STARLINE_SECRET_KEY" not in environment_variables(given | {"STARLINE_ENVIRONMENT": "production"})


def test_the_port_of_the_hosting_platform_is_taken_unless_ours_is_set():
    assert read_settings(SOUND | {"PORT": "9000"}).port == 9000
    assert read_settings(SOUND | {"PORT": "9000", "STARLINE_PORT": "9001"}).port == 9001
