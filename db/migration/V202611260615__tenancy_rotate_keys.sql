-- New generations of keys, and the jobs that bring what older ones wrap under them.

-- When nothing was found any more that the generation wraps; absent as long as it is not known. A generation that wraps something is never taken for empty.
alter table tenant_key add column emptied_at timestamptz;
alter table partner_key add column emptied_at timestamptz;

-- A chain is read anew when it has changed: not because a generation was found empty.
drop trigger tenant_key_epoch on tenant_key;
create trigger tenant_key_epoch
    after insert or delete on tenant_key
    for each row execute function bump_tenant_epoch();
create trigger tenant_key_epoch_changed
    after update on tenant_key
    for each row
    when ((old.tenant_id, old.key_id, old.generation, old.state, old.partner_id, old.partner_key_id, old.wrapped_key, old.created_at)
        is distinct from (new.tenant_id, new.key_id, new.generation, new.state, new.partner_id, new.partner_key_id, new.wrapped_key, new.created_at))
    execute function bump_tenant_epoch();

grant update (state, partner_key_id, wrapped_key, emptied_at) on tenant_key to scaivault_app;
grant update (state, root_key_ids, wrapped_key, emptied_at) on partner_key to scaivault_app;
-- Every tenant sees its partner's keys; only in the space that the partner shares they are changed.
create policy partner_changes on partner_key as restrictive for update
    using (partner_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (partner_id = nullif(current_setting('app.tenant_id', true), ''));

-- What is to be done with keys. A job lies in the tenant, or in the space that its partner shares; the row tells where one goes on that was broken off.
create table key_job (
    tenant_id    text collate "C" not null references tenant,
    job_id       text collate "C" not null,
    kind         text collate "C" not null check (kind in ('rotate_tenant', 'rotate_partner', 'rotate_root')),
    trigger      text collate "C" not null check (trigger in ('request', 'schedule', 'sweep')),
    requested_by text collate "C" not null,
    status       text collate "C" not null check (status in ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED')),
    created_at   timestamptz not null,
    started_at   timestamptz,
    finished_at  timestamptz,
    -- the generation that it made
    key_id       uuid,
    step         text collate "C" not null,
    -- those of the instance that was asked: one with others does not begin
    root_key_ids text collate "C",
    position     text collate "C" not null default '',
    -- the transaction that made the generation: whoever began before it may still write under an older one
    barrier      bigint,
    -- something had changed while it was looked at: it is looked at again
    again        boolean not null default false,
    total        bigint,
    succeeded    bigint not null default 0,
    failed       bigint not null default 0,
    -- grows with every step, so that none is done twice
    revision     bigint not null default 1,
    -- in a row, and when it is tried again
    failures     integer not null default 0,
    retry_at     timestamptz,
    touched_at   timestamptz not null,
    -- what does not open, by name; and why it waits, as long as it does
    problem      text,
    held_up      text,
    primary key (tenant_id, job_id)
);
create unique index key_job_under_way on key_job (tenant_id, kind) where status in ('PENDING', 'RUNNING');
create unique index key_job_of_the_root on key_job (kind) where kind = 'rotate_root' and status in ('PENDING', 'RUNNING');
create index key_job_open on key_job (touched_at) where status in ('PENDING', 'RUNNING');
create index key_job_completed on key_job (finished_at) where status = 'COMPLETED';

alter table key_job enable row level security;
alter table key_job force row level security;
create policy tenant_isolation on key_job
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, update on key_job to scaivault_app;

-- The worker finds what is to be done, and what is due, and counts. It changes nothing: that is done as the tenant.
grant select (tenant_id, job_id, kind, status, trigger, failed, created_at, finished_at, retry_at, touched_at) on key_job to scaivault_worker;
create policy worker_finds on key_job for select to scaivault_worker using (true);
grant select (tenant_id, partner_id, partner_key_id, state, created_at, emptied_at) on tenant_key to scaivault_worker;
create policy worker_finds on tenant_key for select to scaivault_worker using (true);
grant select (partner_id, state, root_key_ids, created_at, emptied_at) on partner_key to scaivault_worker;
create policy worker_finds on partner_key for select to scaivault_worker using (true);

create index tenant_key_of_partner_key on tenant_key (partner_id, partner_key_id);
create index tenant_key_age on tenant_key (created_at) where state = 'active';
create index tenant_key_left on tenant_key (tenant_id) where state = 'retired' and emptied_at is null;
create index partner_key_left on partner_key (partner_id) where state = 'retired' and emptied_at is null;

-- Which generation of the tenant's key a sealed record names; null for other bytes. See docs/crypto-format.md.
create function tenant_key_of_record(sealed bytea) returns uuid
    language sql
    immutable
    parallel safe
as $$
    select case
        when pg_catalog.length(sealed) >= 90 and pg_catalog.substr(sealed, 1, 2) = '\x0301'::bytea
        then pg_catalog.encode(pg_catalog.substr(sealed, 3, 16), 'hex')::uuid
    end
$$;
revoke execute on function tenant_key_of_record(bytea) from public;
grant execute on function tenant_key_of_record(bytea) to scaivault_app;

-- A key for tokens is wrapped anew with its tenant's; nothing else changes it.
grant update (private_key) on token_signing_key to scaivault_app;
