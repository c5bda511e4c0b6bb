-- Repeats the values of a row's own fields where filters find them. A restored row brings its repetitions along.
CREATE FUNCTION app.repeat_custom() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_setting('app.unaudited', true) = 'on' AND session_user = 'starline_owner' THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM public.custom_values
         WHERE organization_id = OLD.organization_id AND subject = TG_TABLE_NAME AND row_id = OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO public.custom_values (organization_id, subject, row_id, field, value, number)
        SELECT NEW.organization_id, TG_TABLE_NAME, NEW.id, field.key, left(part.text, 200),
               CASE WHEN part.text ~ '^-?[0-9]{1,12}(\.[0-9]{1,6})?$' THEN part.text::double precision END
          FROM jsonb_each(NEW.custom) AS field,
               LATERAL (SELECT field.value #>> '{}' AS text WHERE jsonb_typeof(field.value) <> 'array'
                        UNION SELECT jsonb_array_elements_text(field.value) WHERE jsonb_typeof(field.value) = 'array') AS part
         WHERE part.text IS NOT NULL
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION app.repeat_custom() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.repeat_custom() TO starline_app;
