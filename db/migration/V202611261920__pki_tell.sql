-- The entries of certificates that are not kept; and what operators are told of how old lists are.

-- Writes the entries of certificates that roles keep no row of, of any tenants. It runs with the caller's rights, and becomes the tenant of each before it, as pki_keep_certificates does. One is missing in the
-- answer, and nothing of it is written, when the policies, the role or the authority are no longer as they were seen. Columns may be added by a function of another name only: instances of two releases share it.
create function pki_tell_certificates(
    tenant_ids text[], authority_ids text[], generations integer[], seen_authorities bigint[],
    seen_epochs bigint[], role_names text[], seen_revisions integer[], seen_roles bigint[],
    log_tenant_ids text[], occurred_micros bigint[], log_ids text[], actions text[], identity_types text[], identity_ids text[], acting_tenant_ids text[],
    resources text[], source_ips text[], user_agents text[], error_codes text[], durations integer[], request_ids text[], extras text[])
returns table (number bigint)
language plpgsql
as $$
declare
    c record;
    origin constant timestamptz := 'epoch';
    microsecond constant interval := '1 microsecond';
begin
    for c in
        select u.*
        from unnest(
            tenant_ids, authority_ids, generations, seen_authorities, seen_epochs, role_names, seen_revisions, seen_roles,
            log_tenant_ids, occurred_micros, log_ids, actions, identity_types, identity_ids, acting_tenant_ids,
            resources, source_ips, user_agents, error_codes, durations, request_ids, extras)
            with ordinality as u (
                tenant_id, authority_id, generation, seen_authority, seen_epoch, role_name, seen_revision, seen_role,
                log_tenant_id, occurred, log_id, action, identity_type, identity_id, acting_tenant_id,
                resource, source_ip, user_agent, error_code, duration_ms, request_id, extra,
                place)
    loop
        perform set_config('app.tenant_id', c.tenant_id, true);

        perform from public.certificate_authority a
        where a.tenant_id = c.tenant_id and a.ca_id = c.authority_id::uuid and a.status = 'active' and a.generation = c.generation
            and a.updated_at = origin + c.seen_authority * microsecond;
        continue when not found;

        perform from public.tenant t
        join public.pki_role r on r.tenant_id = t.tenant_id and r.name = c.role_name
        where t.tenant_id = c.tenant_id and t.epoch = c.seen_epoch and t.status = 'active'
            and r.revision = c.seen_revision and r.updated_at = origin + c.seen_role * microsecond;
        continue when not found;

        insert into public.audit_log
            (tenant_id, occurred_at, log_id, action, identity_type, identity_id, acting_tenant_id, secret_path, source_ip, user_agent, success,
            error_code, duration_ms, request_id, extra_data)
        values
            (c.log_tenant_id, origin + c.occurred * microsecond, c.log_id::uuid, c.action, c.identity_type, c.identity_id,
            c.acting_tenant_id, c.resource, c.source_ip, c.user_agent, c.error_code is null, c.error_code, c.duration_ms, c.request_id,
            c.extra::jsonb);

        number := c.place;
        return next;
    end loop;
end
$$;
revoke execute on function pki_tell_certificates from public;
grant execute on function pki_tell_certificates to scaivault_app;

-- What the jobs look at, of whatever tenant, to tell operators how old the lists are. No names, no numbers of certificates, no keys.

grant select (tenant_id, ca_id, ca_generation, delta, this_update, replaced_at) on crl to scaivault_worker;
create policy worker_finds on crl for select to scaivault_worker using (true);

grant select (tenant_id, ca_id, generation, not_after) on ca_generation to scaivault_worker;
create policy worker_finds on ca_generation for select to scaivault_worker using (true);

grant select (failures) on crl_schedule to scaivault_worker;

-- A key that is kept is written before its certificate, which has no row any more until it is signed, in the same transaction.
alter table certificate_key alter constraint certificate_key_tenant_id_certificate_id_fkey deferrable initially deferred;
