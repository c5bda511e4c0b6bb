-- What names, numbers, telephones and birthdays are found by. Both tables are made of other rows by triggers, so whoever
-- writes a client (a verb, an import, a merge, a restore) keeps them true.
CREATE TABLE search_tokens (
    organization_id uuid NOT NULL,
    subject varchar(40) NOT NULL,
    token varchar(60) COLLATE "C" NOT NULL,
    record_id uuid NOT NULL,
    CONSTRAINT pk_search_tokens PRIMARY KEY (organization_id, subject, token, record_id)
);
CREATE INDEX ix_search_tokens_organization_id_record_id_token ON search_tokens (organization_id, record_id, token);

-- Without a key: a second writer of the same new word would have to wait for the first one's commit.
CREATE TABLE search_spellings (
    organization_id uuid NOT NULL,
    spelling varchar(10) COLLATE "C" NOT NULL,
    word varchar(60) COLLATE "C" NOT NULL
);
CREATE INDEX ix_search_spellings_organization_id_spelling_word ON search_spellings (organization_id, spelling, word);

-- Small letters without accents. Said the same way in starline/core/search/words.py.
CREATE FUNCTION app.search_fold(given text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT translate(
        replace(replace(replace(replace(
            lower(regexp_replace(normalize(given, NFKD), U&'[\0300-\036F''\2018\2019\02BC\0060]', '', 'g')),
            'æ', 'ae'), 'œ', 'oe'), 'ß', 'ss'), 'þ', 'th'),
        'øłđðħı', 'olddhi')
$$;

CREATE FUNCTION app.search_words(given text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT left(word, 40)
    FROM regexp_split_to_table(app.search_fold(given), '[][[:space:]!-/:-@\\^_{-~‐-―“-„«»]+') AS word
    WHERE word <> ''
$$;

-- The word's first seven letters, and what is left of them with one letter or two taken out: two words that differ by a
-- typo or two have one of these in common, and that is found by equality.
CREATE FUNCTION app.search_spellings_of(word text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    WITH stem AS (SELECT left(word, 7) AS s),
    once AS (SELECT left(s, i - 1) || substr(s, i + 1) AS s FROM stem, generate_series(1, length(s)) AS i)
    SELECT s FROM stem UNION SELECT s FROM once
    UNION SELECT left(s, i - 1) || substr(s, i + 1) FROM once, generate_series(1, length(s)) AS i WHERE length(word) > 5
$$;

-- A telephone number is kept backwards, so that its last digits are a beginning.
CREATE FUNCTION app.search_tokens_of(present jsonb, names text, number text, phones text, birthday text)
RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT app.search_words(present ->> name) FROM unnest(string_to_array(names, ' ')) AS name
    UNION SELECT '#' || (present ->> number) WHERE present ->> number IS NOT NULL
    UNION SELECT '+' || left(reverse(digits), 10)
        FROM unnest(string_to_array(phones, ' ')) AS name, regexp_replace(present ->> name, '[^0-9]', '', 'g') AS digits
        WHERE length(digits) >= 4
    UNION SELECT '@' || replace(present ->> birthday, '-', '') WHERE present ->> birthday IS NOT NULL
$$;

CREATE FUNCTION app.learn_spellings(organization uuid, words text[]) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO public.search_spellings (organization_id, spelling, word)
    SELECT organization, spelling, given.word FROM unnest(words) AS given(word),
        app.search_spellings_of(given.word) AS spelling
    WHERE given.word !~ '^[#+@]' AND NOT EXISTS (
        SELECT FROM public.search_spellings s
        WHERE s.organization_id = organization AND s.spelling = left(given.word, 7) AND s.word = given.word)
$$;

-- Attached per table: tokens(names, number, phones, birthday).
CREATE FUNCTION app.index_for_search() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    old_tokens text[] := '{}';
    new_tokens text[] := '{}';
BEGIN
    IF TG_OP <> 'INSERT' THEN
        old_tokens := ARRAY(SELECT app.search_tokens_of(to_jsonb(OLD), TG_ARGV[0], TG_ARGV[1], TG_ARGV[2], TG_ARGV[3]));
    END IF;
    IF TG_OP <> 'DELETE' THEN
        new_tokens := ARRAY(SELECT app.search_tokens_of(to_jsonb(NEW), TG_ARGV[0], TG_ARGV[1], TG_ARGV[2], TG_ARGV[3]));
    END IF;
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM public.search_tokens WHERE organization_id = OLD.organization_id AND record_id = OLD.id
            AND subject = TG_TABLE_NAME AND token <> ALL (new_tokens);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO public.search_tokens (organization_id, subject, token, record_id)
        SELECT NEW.organization_id, TG_TABLE_NAME, token, NEW.id FROM unnest(new_tokens) AS token
        ON CONFLICT DO NOTHING;
        IF NOT new_tokens <@ old_tokens THEN
            PERFORM app.learn_spellings(NEW.organization_id, new_tokens);
        END IF;
    END IF;
    RETURN NULL;
END $$;

-- Makes the tokens of the acting organisation's rows anew, as the table's own trigger would.
CREATE FUNCTION app.rebuild_search() RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    organization uuid := app.current_organization_id();
    source record;
    made bigint := 0;
    more bigint;
BEGIN
    DELETE FROM public.search_tokens WHERE organization_id = organization;
    DELETE FROM public.search_spellings WHERE organization_id = organization;
    FOR source IN SELECT c.relname AS name, string_to_array(encode(t.tgargs, 'escape'), '\000') AS given
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE t.tgfoid = 'app.index_for_search'::regproc AND NOT t.tgisinternal
    LOOP
        EXECUTE format(
            'INSERT INTO public.search_tokens (organization_id, subject, token, record_id)'
            ' SELECT r.organization_id, %L, token, r.id FROM public.%I AS r,'
            ' app.search_tokens_of(to_jsonb(r), %L, %L, %L, %L) AS token WHERE r.organization_id = $1',
            source.name, source.name, source.given[1], source.given[2], source.given[3], source.given[4])
        USING organization;
        GET DIAGNOSTICS more = ROW_COUNT;
        made := made + more;
    END LOOP;
    PERFORM app.learn_spellings(organization,
        ARRAY(SELECT DISTINCT token FROM public.search_tokens WHERE organization_id = organization));
    RETURN made;
END $$;

-- Forgets the spellings of words that no row has any more, and learns those that are missing.
CREATE FUNCTION app.tidy_spellings() RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    organization uuid := app.current_organization_id();
    gone bigint;
BEGIN
    DELETE FROM public.search_spellings s WHERE s.organization_id = organization AND s.word IN (
        SELECT DISTINCT word FROM public.search_spellings WHERE organization_id = organization
        EXCEPT SELECT token FROM public.search_tokens WHERE organization_id = organization);
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM app.learn_spellings(organization, ARRAY(
        SELECT token::text FROM public.search_tokens WHERE organization_id = organization
        EXCEPT SELECT word FROM public.search_spellings WHERE organization_id = organization));
    RETURN gone;
END $$;

CREATE TRIGGER search AFTER INSERT OR DELETE
    OR UPDATE OF first_name, middle_name, last_name, suffix, preferred_name, client_number, phone, mobile_phone, birth_date
    ON clients FOR EACH ROW EXECUTE FUNCTION app.index_for_search(
        'first_name middle_name last_name suffix preferred_name', 'client_number', 'phone mobile_phone', 'birth_date');
CREATE TRIGGER search AFTER INSERT OR DELETE
    OR UPDATE OF first_name, middle_name, last_name, preferred_name, staff_number, phone, birth_date
    ON staff_members FOR EACH ROW EXECUTE FUNCTION app.index_for_search(
        'first_name middle_name last_name suffix preferred_name', 'staff_number', 'phone', 'birth_date');

REVOKE ALL ON FUNCTION app.search_fold(text), app.search_words(text), app.search_spellings_of(text),
    app.search_tokens_of(jsonb, text, text, text, text), app.learn_spellings(uuid, text[]), app.index_for_search(),
    app.rebuild_search(), app.tidy_spellings() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.search_fold(text), app.search_words(text), app.search_spellings_of(text),
    app.search_tokens_of(jsonb, text, text, text, text), app.learn_spellings(uuid, text[]), app.index_for_search(),
    app.rebuild_search(), app.tidy_spellings() TO starline_app;
