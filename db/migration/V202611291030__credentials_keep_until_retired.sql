-- Whether what a version of a secret holds is let in somewhere until it is taken away there: it is the login, the key or the like of a connector.
create function secret_is_connected(held public.secret_version) returns boolean
    language sql stable
as $$
    select exists (
        select from public.rotation_assignment a where a.tenant_id = held.tenant_id and a.path = held.path and a.connector is not null)
$$;
revoke execute on function secret_is_connected from public;
grant execute on function secret_is_connected to scaivault_app;

-- As before, but for what is not pruned yet.
create or replace function secret_add_versions(
    tenant_ids text[], paths text[], seen_revisions bigint[], seen_epochs bigint[],
    secret_types text[], metadatas text[], limits integer[], lifetimes bigint[], expire_actions text[], notices text[], added_micros bigint[],
    key_ids text[], wrapped_keys bytea[], ciphertexts bytea[], authors text[], clients text[], reasons text[],
    log_tenant_ids text[], occurred_micros bigint[], log_ids text[], actions text[], identity_types text[], identity_ids text[], acting_tenant_ids text[],
    resources text[], source_ips text[], user_agents text[], error_codes text[], durations integer[], request_ids text[], extras text[],
    longest_wait text)
returns table (number bigint, stored_metadata text, stored_revision bigint)
language plpgsql
as $$
declare
    w record;
    added integer;
begin
    -- Whoever holds one of the secrets must not hold up the writers of all others for long.
    perform set_config('lock_timeout', longest_wait, true);
    for w in
        select u.*, timestamptz 'epoch' + u.at_micros * interval '1 microsecond' as at
        from unnest(
            tenant_ids, paths, seen_revisions, seen_epochs,
            secret_types, metadatas, limits, lifetimes, expire_actions, notices, added_micros,
            key_ids, wrapped_keys, ciphertexts, authors, clients, reasons,
            log_tenant_ids, occurred_micros, log_ids, actions, identity_types, identity_ids, acting_tenant_ids,
            resources, source_ips, user_agents, error_codes, durations, request_ids, extras)
            with ordinality as u (
                tenant_id, path, seen_revision, seen_epoch,
                secret_type, metadata, max_versions, lifetime, expire_action, notice, at_micros,
                key_id, wrapped_key, ciphertext, author, client, reason,
                log_tenant_id, occurred, log_id, action, identity_type, identity_id, acting_tenant_id,
                resource, source_ip, user_agent, error_code, duration_ms, request_id, extra,
                place)
        -- Everybody takes the rows in this order, so that no two wait for each other.
        order by u.tenant_id, u.path
    loop
        perform set_config('app.tenant_id', w.tenant_id, true);

        update public.secret s
        set current_version = s.current_version + 1, revision = nextval('public.secret_revision'), secret_type = w.secret_type,
            metadata = coalesce(w.metadata::jsonb, s.metadata), max_versions = w.max_versions, expires_in_seconds = w.lifetime,
            expires_at = w.at + w.lifetime * interval '1 second', expire_action = w.expire_action,
            notify_before = string_to_array(w.notice, ','), updated_at = w.at
        where s.tenant_id = w.tenant_id and s.path = w.path and s.revision = w.seen_revision
            and exists (
                select from public.tenant t
                where t.tenant_id = w.tenant_id and t.epoch = w.seen_epoch and t.status = 'active')
        returning s.current_version, s.metadata::text, s.revision into added, stored_metadata, stored_revision;
        continue when not found;

        insert into public.secret_version
            (tenant_id, path, version, secret_type, tenant_key_id, wrapped_data_key, ciphertext, created_at, created_by, client, reason)
        values
            (w.tenant_id, w.path, added, w.secret_type, w.key_id::uuid, w.wrapped_key, w.ciphertext, w.at, w.author, w.client, w.reason);

        if added > w.max_versions then
            delete from public.secret_version v
            where v.tenant_id = w.tenant_id and v.path = w.path and v.version <= added - w.max_versions
                -- What is still let in at a target goes by its number when it was taken away there, which its row is needed for.
                and (v.readable_until is null or v.destroyed_at is not null or not public.secret_is_connected(v));
        end if;

        insert into public.audit_log
            (tenant_id, occurred_at, log_id, action, identity_type, identity_id, acting_tenant_id, secret_path, source_ip, user_agent, success,
            error_code, duration_ms, request_id, extra_data)
        values
            (w.log_tenant_id, timestamptz 'epoch' + w.occurred * interval '1 microsecond', w.log_id::uuid, w.action, w.identity_type, w.identity_id,
            w.acting_tenant_id, w.resource, w.source_ip, w.user_agent, w.error_code is null, w.error_code, w.duration_ms, w.request_id,
            w.extra::jsonb);

        number := w.place;
        return next;
    end loop;
end
$$;
