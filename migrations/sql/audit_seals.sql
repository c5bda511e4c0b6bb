-- Whose trail is sealed and verified: also the platform's own, and organisations that are suspended or closed.
CREATE FUNCTION app.audited_organizations() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id FROM public.organizations ORDER BY id
$$;
REVOKE ALL ON FUNCTION app.audited_organizations() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.audited_organizations() TO starline_app;
