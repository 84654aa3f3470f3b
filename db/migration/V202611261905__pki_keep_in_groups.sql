-- Certificates are written once, when they are signed, and many of them in one statement and one commit. Their numbers are reserved before that, some in advance, in a table of their own.

-- Numbers that certificates may be signed under, and no certificate has. One that is not used within minutes is used by nobody any more.
create table reserved_serial (
    tenant_id   text collate "C" not null,
    ca_id       uuid not null,
    serial      bytea not null check (length(serial) between 1 and 20),
    reserved_at timestamptz not null,
    primary key (tenant_id, ca_id, serial)
);

alter table reserved_serial enable row level security;
alter table reserved_serial force row level security;
create policy tenant_isolation on reserved_serial
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, delete on reserved_serial to scaivault_app;

-- Rows that stood for a number alone were given to nobody.
alter table certificate no force row level security;
delete from certificate where status = 'reserved';
alter table certificate force row level security;
drop table pki_purge;
drop index certificate_by_authority, certificate_expiry, certificate_by_role;
alter table certificate
    drop constraint certificate_check,
    drop constraint certificate_status_check,
    add check (status in ('issued', 'revoked')),
    alter column certificate set not null,
    alter column subject set not null,
    alter column not_before set not null,
    alter column not_after set not null;
create index certificate_by_authority on certificate (tenant_id, ca_id, certificate_id);
create index certificate_expiry on certificate (tenant_id, not_after, certificate_id);
create index certificate_by_role on certificate (tenant_id, role, certificate_id) where role is not null;
revoke update (role, subject_ca_id, common_name, subject, sans, not_before, not_after, certificate) on certificate from scaivault_app;

-- Keeps certificates that were signed, of any tenants, each under the number that was reserved for it and, where an entry is given, with that. It runs with the caller's rights: it becomes one tenant after the
-- other, so that row-level security binds every step. One is missing in the answer, and nothing of it is written, when its number is not reserved or was too long ago, or when the policies, the role or the
-- authority are no longer as they were seen, as far as it depends on them. A step is one statement for all of a tenant's: starting the executor costs more than a row. Columns may be added by a function of
-- another name only: instances of two releases share it.
create function pki_keep_certificates(
    tenant_ids text[], authority_ids text[], generations integer[], seen_authorities bigint[],
    seen_epochs bigint[], role_names text[], seen_revisions integer[], seen_roles bigint[],
    certificate_ids text[], serials bytea[], reserved_since bigint[], subject_authority_ids text[], common_names text[], subjects text[], name_lines text[],
    begin_micros bigint[], end_micros bigint[], certificates bytea[], kept_micros bigint[], authors text[],
    log_tenant_ids text[], occurred_micros bigint[], log_ids text[], actions text[], identity_types text[], identity_ids text[], acting_tenant_ids text[],
    resources text[], source_ips text[], user_agents text[], error_codes text[], durations integer[], request_ids text[], extras text[])
returns table (number bigint)
language plpgsql
-- Tables of numbers are small and large in turns: a plan that was made for a small one must not read a large one from end to end.
set enable_seqscan = off
-- The sizes of the arrays say nothing of how to go about it.
set plan_cache_mode = force_generic_plan
as $$
declare
    origin constant timestamptz := 'epoch';
    microsecond constant interval := '1 microsecond';
    c record;
    kept bigint[];
begin
    for c in select distinct u.owner, u.owner as tenant_id from unnest(tenant_ids) as u (owner) loop
        perform set_config('app.tenant_id', c.owner, true);

        kept := array(
            select u.place
            from unnest(tenant_ids, authority_ids, generations, seen_authorities, seen_epochs, role_names, seen_revisions, seen_roles)
                with ordinality as u (owner, authority_id, generation, seen_authority, seen_epoch, role_name, seen_revision, seen_role, place)
            where u.owner = c.owner
                and (u.seen_authority is null or exists (
                    select from public.certificate_authority a
                    where a.tenant_id = c.tenant_id and a.ca_id = u.authority_id::uuid and a.status = 'active' and a.generation = u.generation
                        and a.updated_at = origin + u.seen_authority * microsecond))
                and (u.seen_epoch is null
                    or exists (
                        select from public.tenant t
                        where t.tenant_id = c.tenant_id and t.epoch = u.seen_epoch and t.status = 'active')
                    and exists (
                        select from public.pki_role r
                        where r.tenant_id = c.tenant_id and r.name = u.role_name and r.revision = u.seen_revision
                            and r.updated_at = origin + u.seen_role * microsecond)));

        with gone as (
            delete from public.reserved_serial s
            using unnest(authority_ids, serials, reserved_since) with ordinality as u (authority_id, serial, since, place)
            where u.place = any(kept) and s.tenant_id = c.tenant_id and s.ca_id = u.authority_id::uuid and s.serial = u.serial
                and s.reserved_at > origin + u.since * microsecond
            returning u.place
        )
        select array_agg(g.place) into kept from gone g;
        continue when kept is null;

        insert into public.certificate
            (tenant_id, certificate_id, ca_id, ca_generation, serial, status, role, subject_ca_id, common_name, subject, sans,
            not_before, not_after, certificate, created_at, created_by)
        select c.tenant_id, u.certificate_id::uuid, u.authority_id::uuid, u.generation, u.serial, 'issued', u.role_name, u.subject_authority_id::uuid,
            u.common_name, u.subject, string_to_array(u.lines, E'\n'),
            origin + u.begins * microsecond, origin + u.ends * microsecond, u.certificate, origin + u.kept_at * microsecond, u.author
        from unnest(
            certificate_ids, authority_ids, generations, serials, role_names, subject_authority_ids, common_names, subjects, name_lines,
            begin_micros, end_micros, certificates, kept_micros, authors)
            with ordinality as u (
                certificate_id, authority_id, generation, serial, role_name, subject_authority_id, common_name, subject, lines,
                begins, ends, certificate, kept_at, author, place)
        where u.place = any(kept);

        insert into public.certificate_name (tenant_id, name, certificate_id)
        select c.tenant_id, n.name, u.certificate_id::uuid
        from unnest(certificate_ids, name_lines) with ordinality as u (certificate_id, lines, place)
        cross join lateral string_to_table(u.lines, E'\n') as n (name)
        where u.place = any(kept) and u.lines <> ''
        on conflict do nothing;

        if log_ids is not null then
            insert into public.audit_log
                (tenant_id, occurred_at, log_id, action, identity_type, identity_id, acting_tenant_id, secret_path, source_ip, user_agent, success,
                error_code, duration_ms, request_id, extra_data)
            select u.log_tenant_id, origin + u.occurred * microsecond, u.log_id::uuid, u.action, u.identity_type, u.identity_id,
                u.acting_tenant_id, u.resource, u.source_ip, u.user_agent, u.error_code is null, u.error_code, u.duration_ms, u.request_id,
                u.extra::jsonb
            from unnest(
                log_tenant_ids, occurred_micros, log_ids, actions, identity_types, identity_ids, acting_tenant_ids,
                resources, source_ips, user_agents, error_codes, durations, request_ids, extras)
                with ordinality as u (
                    log_tenant_id, occurred, log_id, action, identity_type, identity_id, acting_tenant_id,
                    resource, source_ip, user_agent, error_code, duration_ms, request_id, extra, place)
            where u.place = any(kept);
        end if;

        return query select unnest(kept);
    end loop;
end
$$;
revoke execute on function pki_keep_certificates from public;
grant execute on function pki_keep_certificates to scaivault_app;
