-- What is left of deleted organisations. It belongs to none of them: no policy shows the runtime role a row.
CREATE TABLE tenant_tombstones (
    id uuid NOT NULL,
    slug varchar(63) NOT NULL,
    deleted_at timestamptz NOT NULL,
    certificate text NOT NULL,
    certificate_sha256 varchar(64) NOT NULL,
    last_version bigint NOT NULL,
    revived_at timestamptz,
    revived_because text,
    CONSTRAINT pk_tenant_tombstones PRIMARY KEY (id)
);
ALTER TABLE tenant_tombstones ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant_tombstones FORCE ROW LEVEL SECURITY;
CREATE POLICY burial ON tenant_tombstones TO starline_owner
    USING ((SELECT app.is_platform())) WITH CHECK ((SELECT app.is_platform()));
GRANT SELECT ON tenant_tombstones TO starline_app, starline_backup;

-- A restored or deleted row was audited when it was written; its way in or out is one event of the platform. Only a
-- session of the owner can ask for this: the runtime role's setting of the same name does nothing.
CREATE FUNCTION app.leave_out() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$ BEGIN RETURN NULL; END $$;
REVOKE ALL ON FUNCTION app.leave_out() FROM PUBLIC;
CREATE TRIGGER leave_out BEFORE INSERT ON audit_events FOR EACH ROW
    WHEN (current_setting('app.unaudited', true) = 'on' AND session_user = 'starline_owner')
    EXECUTE FUNCTION app.leave_out();
