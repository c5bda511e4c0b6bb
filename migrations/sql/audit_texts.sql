-- The audit trigger as before, and of the columns named after the client's: what a sealed text said before goes, sealed
-- as it is, to audit_texts. A value that was sealed anew under another key, in a row that nobody changed, is the same.
CREATE OR REPLACE FUNCTION app.record_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET bytea_output = 'hex' AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    present jsonb := coalesce(new_row, old_row);
    client text := CASE WHEN TG_NARGS > 0 THEN present ->> TG_ARGV[0] END;
    difference jsonb := app.changed_columns(old_row, new_row);
    owner uuid := coalesce((present ->> 'organization_id')::uuid, app.current_organization_id());
    event bigint;
BEGIN
    IF TG_OP = 'UPDATE' AND difference IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO public.audit_events (organization_id, action, subject, subject_id, client_ids, changes)
    VALUES (owner, lower(TG_OP), TG_TABLE_NAME, present ->> 'id',
            CASE WHEN client IS NOT NULL THEN ARRAY[client::uuid] END, difference)
    RETURNING id INTO event;
    IF TG_NARGS > 1 AND TG_OP <> 'INSERT' AND event IS NOT NULL THEN
        INSERT INTO public.audit_texts (organization_id, id, event_id, subject, subject_id, field, text_encrypted)
        SELECT owner, gen_random_uuid(), event, TG_TABLE_NAME, old_row ->> 'id', field,
               decode(substr(old_row ->> field, 3), 'hex')
          FROM unnest(TG_ARGV) AS field
         WHERE field <> TG_ARGV[0] AND difference ? field
           AND NOT coalesce(old_row -> 'version' = new_row -> 'version'
                            AND substr(old_row ->> field, 5, 8) <> substr(new_row ->> field, 5, 8), false);
    END IF;
    RETURN NULL;
END $$;
