-- The same words, tokens and spellings as before. In SQL each of these functions was parsed and planned anew for every
-- row that was written, most of what an insert cost; PL/pgSQL keeps the plans for as long as the connection.
CREATE OR REPLACE FUNCTION app.search_fold(given text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN translate(
        replace(replace(replace(replace(
            lower(regexp_replace(normalize(given, NFKD), U&'[\0300-\036F''\2018\2019\02BC\0060]', '', 'g')),
            'æ', 'ae'), 'œ', 'oe'), 'ß', 'ss'), 'þ', 'th'),
        'øłđðħı', 'olddhi');
END $$;

CREATE OR REPLACE FUNCTION app.search_words(given text) RETURNS SETOF text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE ROWS 3 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT left(word, 40)
        FROM regexp_split_to_table(app.search_fold(given), '[][[:space:]!-/:-@\\^_{-~‐-―“-„«»]+') AS word
        WHERE word <> '';
END $$;

-- Two letters taken out in either order leave the same, so that each pair is formed once. In loops: a query over two
-- series is taken for a million rows, and compiled.
CREATE OR REPLACE FUNCTION app.search_spellings_of(word text) RETURNS SETOF text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE ROWS 30 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    stem text := left(word, 7);
    size int := length(stem);
    once text;
    made text[] := ARRAY[stem];
BEGIN
    FOR i IN 1..size LOOP
        once := left(stem, i - 1) || substr(stem, i + 1);
        made := made || once;
        IF length(word) > 5 THEN
            FOR j IN i..size - 1 LOOP
                made := made || (left(once, j - 1) || substr(once, j + 1));
            END LOOP;
        END IF;
    END LOOP;
    RETURN QUERY SELECT DISTINCT unnest(made);
END $$;

CREATE OR REPLACE FUNCTION app.search_tokens_of(present jsonb, names text, number text, phones text, birthday text)
RETURNS SETOF text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT app.search_words(present ->> name) FROM unnest(string_to_array(names, ' ')) AS name
        UNION SELECT '#' || (present ->> number) WHERE present ->> number IS NOT NULL
        UNION SELECT '+' || left(reverse(digits), 10)
            FROM unnest(string_to_array(phones, ' ')) AS name,
                regexp_replace(present ->> name, '[^0-9]', '', 'g') AS digits
            WHERE length(digits) >= 4
        UNION SELECT '@' || replace(present ->> birthday, '-', '') WHERE present ->> birthday IS NOT NULL;
END $$;

-- A plan that is kept may stem from a time when the table was empty: it must look words up by the index all the same.
CREATE OR REPLACE FUNCTION app.learn_spellings(organization uuid, words text[]) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    given text;
BEGIN
    FOREACH given IN ARRAY words LOOP
        CONTINUE WHEN given ~ '^[#+@]' OR EXISTS (
            SELECT FROM public.search_spellings s
            WHERE s.organization_id = organization AND s.spelling = left(given, 7) AND s.word = given);
        INSERT INTO public.search_spellings (organization_id, spelling, word)
        SELECT organization, made.spelling, given FROM app.search_spellings_of(given) AS made(spelling);
    END LOOP;
END $$;
