-- What every tenant table stands on: the signed context, the audit trigger, the versions that caches are keyed by.
CREATE SCHEMA IF NOT EXISTS app;
GRANT USAGE ON SCHEMA app TO starline_app, starline_backup;

-- HMAC-SHA256 by hand (RFC 2104), so that no extension is needed: the key is stored as its two pads.
CREATE TABLE app.context_keys (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    inner_pad bytea NOT NULL UNIQUE,
    outer_pad bytea NOT NULL,
    created_on timestamptz NOT NULL DEFAULT now(),
    retired_on timestamptz
);

CREATE FUNCTION app.current_organization_id() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    context text := nullif(current_setting('app.context', true), '');
    part text[];
    pads record;
BEGIN
    IF context IS NULL THEN
        RETURN NULL;
    END IF;
    part := string_to_array(context, '.');
    IF cardinality(part) <> 4 OR part[3] !~ '^\d{1,12}$' OR part[3]::bigint < extract(epoch FROM clock_timestamp()) THEN
        RETURN NULL;
    END IF;
    FOR pads IN SELECT inner_pad, outer_pad FROM app.context_keys WHERE retired_on IS NULL LOOP
        IF encode(sha256(pads.outer_pad || sha256(pads.inner_pad
                || convert_to(concat_ws('.', part[1], part[2], part[3]), 'UTF8'))), 'hex') = part[4] THEN
            RETURN part[1]::uuid;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION app.current_user_id() RETURNS int
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN app.current_organization_id() IS NOT NULL
        THEN nullif(split_part(current_setting('app.context', true), '.', 2)::int, 0) END
$$;

CREATE FUNCTION app.is_platform() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(app.current_organization_id() = '00000000-0000-7000-8000-000000000000'::uuid, false)
$$;

-- The row before and after, of the changed columns only; of a new or removed row, what was filled in.
-- Secrets are named, never shown.
CREATE FUNCTION app.changed_columns(old_row jsonb, new_row jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_object_agg(key, CASE
        WHEN key LIKE '%\_encrypted' OR key LIKE '%\_hash' OR key = 'password' THEN '["***", "***"]'::jsonb
        WHEN new_row IS NULL THEN jsonb_build_array(value, NULL)
        ELSE jsonb_build_array(old_row -> key, value) END)
    FROM jsonb_each(CASE WHEN old_row IS NULL THEN jsonb_strip_nulls(new_row)
                         WHEN new_row IS NULL THEN jsonb_strip_nulls(old_row) ELSE new_row END)
    WHERE (old_row IS NULL OR new_row IS NULL OR old_row -> key IS DISTINCT FROM value)
      AND key NOT LIKE 'search\_%'
      AND key <> ALL ('{organization_id,changed_on,changed_by_fk,version,created_on,created_by_fk,last_seen_at}'::text[])
$$;

-- The organisation's next number in a series; the row of the counter is locked until the transaction ends.
CREATE FUNCTION app.next_number(series text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    given bigint;
BEGIN
    INSERT INTO public.organization_counters AS c (organization_id, name, value)
    VALUES (app.current_organization_id(), series, 1)
    ON CONFLICT (organization_id, name) DO UPDATE SET value = c.value + 1 RETURNING c.value INTO given;
    RETURN given;
END $$;

CREATE FUNCTION app.record_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    present jsonb := coalesce(new_row, old_row);
    client text := CASE WHEN TG_NARGS > 0 THEN present ->> TG_ARGV[0] END;
    difference jsonb := app.changed_columns(old_row, new_row);
BEGIN
    IF TG_OP = 'UPDATE' AND difference IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO public.audit_events (organization_id, action, subject, subject_id, client_ids, changes)
    VALUES (coalesce((present ->> 'organization_id')::uuid, app.current_organization_id()), lower(TG_OP), TG_TABLE_NAME, present ->> 'id',
            CASE WHEN client IS NOT NULL THEN ARRAY[client::uuid] END, difference);
    RETURN NULL;
END $$;

-- Attached per table: version(columns…) bumps what every web node's cache of people and settings is keyed by.
CREATE FUNCTION app.bump_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    organization uuid := (coalesce(to_jsonb(NEW), to_jsonb(OLD)) ->> TG_ARGV[0])::uuid;
BEGIN
    INSERT INTO public.organization_versions AS v (organization_id, value) VALUES (organization, 1)
    ON CONFLICT (organization_id) DO UPDATE SET value = v.value + 1;
    RETURN NULL;
END $$;
