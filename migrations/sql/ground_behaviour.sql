-- Finding an organisation happens before anybody acts for one, so these few look past the policies.
CREATE FUNCTION app.find_organization(by_slug text, by_domain text, by_id uuid)
RETURNS TABLE (id uuid, slug text, name text, status text, version bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.id, o.slug, o.name, o.status, coalesce(v.value, 0)
    FROM public.organizations o LEFT JOIN public.organization_versions v ON v.organization_id = o.id
    WHERE o.slug = by_slug OR o.custom_domain = by_domain OR o.id = by_id
    LIMIT 1
$$;

CREATE FUNCTION app.find_organization_by_email_domain(domain text)
RETURNS TABLE (id uuid, slug text, custom_domain text, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.id, o.slug, o.custom_domain, o.name FROM public.organizations o
    WHERE o.email_domain = lower(domain) AND o.status IN ('trial', 'active')
$$;

CREATE FUNCTION app.find_organization_by_name(asked text)
RETURNS TABLE (id uuid, slug text, custom_domain text, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.id, o.slug, o.custom_domain, o.name FROM public.organizations o
    WHERE (lower(o.name) = lower(asked) OR o.slug = lower(asked)) AND o.status IN ('trial', 'active')
$$;

-- The organisations that scheduled work is done for.
CREATE FUNCTION app.active_organizations() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id FROM public.organizations
    WHERE status IN ('trial', 'active') AND id <> '00000000-0000-7000-8000-000000000000' ORDER BY id
$$;

-- This month's partition and the next two, so that a late job never stops the audit.
CREATE FUNCTION app.ensure_audit_partitions() RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    month date;
    made int := 0;
BEGIN
    FOR month IN SELECT generate_series(date_trunc('month', now()), date_trunc('month', now()) + interval '2 months',
                                        interval '1 month')::date LOOP
        IF to_regclass('public.audit_events_' || to_char(month, 'YYYY_MM')) IS NULL THEN
            EXECUTE format('CREATE TABLE public.%I PARTITION OF public.audit_events FOR VALUES FROM (%L) TO (%L)',
                'audit_events_' || to_char(month, 'YYYY_MM'), month, (month + interval '1 month')::date);
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$;

-- An attempt is running while attempts > 0, failed_at is null and its row is locked by the worker's transaction;
-- unlocked in that state, the worker is gone. `lost` rows count as a failed attempt.
CREATE FUNCTION app.claim_outbox(row_limit integer, stale_minutes integer, lost_seconds integer, most_attempts integer)
RETURNS TABLE (organization_id uuid, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE public.outbox_messages AS message
       SET dispatched_at = clock_timestamp(),
           failed_at = CASE WHEN due.was_lost THEN clock_timestamp() ELSE message.failed_at END,
           failure = CASE WHEN due.was_lost THEN 'The worker stopped before the task ended.' ELSE message.failure END
      FROM (
            SELECT waiting.organization_id, waiting.id,
                   waiting.dispatched_at IS NOT NULL AND waiting.attempts > 0 AND waiting.failed_at IS NULL AS was_lost
              FROM public.outbox_messages AS waiting
             WHERE waiting.done_at IS NULL
               AND waiting.due_at <= clock_timestamp()
               AND waiting.attempts < most_attempts
               AND (waiting.dispatched_at IS NULL
                    OR waiting.dispatched_at < clock_timestamp() - make_interval(mins => stale_minutes)
                    OR (waiting.attempts > 0 AND waiting.failed_at IS NULL
                        AND waiting.dispatched_at
                            < clock_timestamp() - make_interval(secs => lost_seconds * waiting.attempts)))
             ORDER BY waiting.due_at
             LIMIT row_limit
               FOR UPDATE SKIP LOCKED
           ) AS due
     WHERE message.organization_id = due.organization_id AND message.id = due.id
 RETURNING message.organization_id, message.id
$$;

-- What operators watch: messages not done, the age in seconds of the oldest that is due, and those given up.
CREATE FUNCTION app.outbox_backlog(most_attempts integer)
RETURNS TABLE (waiting bigint, oldest_seconds double precision, given_up bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT count(*) FILTER (WHERE attempts < most_attempts),
           coalesce(extract(epoch FROM clock_timestamp() - min(due_at) FILTER
               (WHERE attempts < most_attempts AND due_at <= clock_timestamp())), 0)::double precision,
           count(*) FILTER (WHERE attempts >= most_attempts)
      FROM public.outbox_messages WHERE done_at IS NULL
$$;

CREATE FUNCTION app.announce_outbox() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$;
CREATE TRIGGER announce AFTER INSERT ON outbox_messages
    FOR EACH STATEMENT EXECUTE FUNCTION app.announce_outbox();

-- FORCE ROW LEVEL SECURITY holds for the owner of the functions above too: it gets policies of its own.
CREATE POLICY dispatcher ON outbox_messages TO starline_owner USING (true) WITH CHECK (true);

ALTER TABLE organizations ENABLE ROW LEVEL SECURITY;
ALTER TABLE organizations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON organizations
    USING (id = (SELECT app.current_organization_id()) OR (SELECT app.is_platform()))
    WITH CHECK (id = (SELECT app.current_organization_id()) OR (SELECT app.is_platform()));
CREATE POLICY lookup ON organizations TO starline_owner USING (true);
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON organizations
    FOR EACH ROW EXECUTE FUNCTION app.record_change();
CREATE TRIGGER version AFTER INSERT OR UPDATE ON organizations FOR EACH ROW EXECUTE FUNCTION app.bump_version('id');
GRANT SELECT, INSERT, UPDATE ON organizations TO starline_app;
GRANT SELECT ON organizations TO starline_backup;

-- Counted up by the trigger function only; the runtime role reads its own.
ALTER TABLE organization_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE organization_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON organization_versions USING (organization_id = (SELECT app.current_organization_id()));
CREATE POLICY counting ON organization_versions TO starline_owner USING (true) WITH CHECK (true);
GRANT SELECT ON organization_versions TO starline_app, starline_backup;

-- A sign-in changes counters of ab_user, which nobody caches: only these columns count.
CREATE TRIGGER version AFTER INSERT OR DELETE
    OR UPDATE OF active, email, first_name, last_name, branch_id, locale, time_zone, organization_id ON ab_user
    FOR EACH ROW EXECUTE FUNCTION app.bump_version('organization_id');
CREATE TRIGGER version AFTER INSERT OR UPDATE OR DELETE ON ab_role
    FOR EACH ROW EXECUTE FUNCTION app.bump_version('organization_id');
CREATE TRIGGER version AFTER INSERT OR UPDATE OR DELETE ON ab_user_role
    FOR EACH ROW EXECUTE FUNCTION app.bump_version('organization_id');
CREATE TRIGGER version AFTER INSERT OR UPDATE OR DELETE ON ab_permission_view_role
    FOR EACH ROW EXECUTE FUNCTION app.bump_version('organization_id');
CREATE TRIGGER version AFTER UPDATE OF ended_at, has_second_factor, expires_at ON user_sessions
    FOR EACH ROW EXECUTE FUNCTION app.bump_version('organization_id');
CREATE TRIGGER version AFTER INSERT OR UPDATE ON organization_settings
    FOR EACH ROW EXECUTE FUNCTION app.bump_version('organization_id');

CREATE TRIGGER version AFTER UPDATE OF time_zone ON branches
    FOR EACH ROW EXECUTE FUNCTION app.bump_version('organization_id');

GRANT SELECT ON ab_permission, ab_view_menu, ab_permission_view TO starline_app, starline_backup;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO starline_app;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA app TO starline_app;
