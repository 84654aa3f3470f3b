-- Credentials that are made for who asks, and taken away when their time is over. Times are the database's own, so that no instance's clock ends anything.

create table dynamic_engine (
    tenant_id       text collate "C" not null references tenant,
    engine_id       uuid not null,
    name            text collate "C" not null,
    partner_id      text collate "C" not null,
    description     text,
    kind            text collate "C" not null,
    -- as it was given; holds nothing secret
    config          jsonb not null,
    default_text    text not null,
    default_seconds bigint not null check (default_seconds > 0),
    max_text        text not null,
    max_seconds     bigint not null check (max_seconds >= default_seconds),
    -- that may be live at once; absent: as many as the tenant may have
    max_leases      integer check (max_leases > 0),
    -- whether it makes no more, and goes when its last lease has ended
    leaving         boolean not null default false,
    -- how the target was found last
    healthy         boolean not null,
    checked_at      timestamptz not null,
    problem_code    text collate "C",
    problem         text,
    -- how often one after the other nothing could be done there, and until when it is left alone for that
    failures        integer not null default 0,
    blocked_until   timestamptz,
    revision        integer not null,
    created_at      timestamptz not null,
    created_by      text collate "C" not null,
    updated_at      timestamptz not null,
    primary key (tenant_id, engine_id),
    unique (tenant_id, name),
    check ((problem_code is null) = (problem is null))
);

create table dynamic_role (
    tenant_id       text collate "C" not null,
    role_id         uuid not null,
    engine_id       uuid not null,
    name            text collate "C" not null,
    description     text,
    -- what its accounts are, by the kind of the engine
    recipe          jsonb not null,
    -- absent: those of the engine
    default_text    text,
    max_text        text,
    max_leases      integer check (max_leases > 0),
    revision        integer not null,
    created_at      timestamptz not null,
    created_by      text collate "C" not null,
    updated_at      timestamptz not null,
    primary key (tenant_id, role_id),
    unique (tenant_id, engine_id, name),
    foreign key (tenant_id, engine_id) references dynamic_engine on delete cascade
);

-- A lease is written before its credential is made, and says under which name: whatever is at a target has a row here that ends.
create table lease (
    tenant_id     text collate "C" not null,
    lease_id      uuid not null,
    engine_id     uuid not null,
    -- of these there may be none any more when the lease has ended
    engine_name   text collate "C" not null,
    role_id       uuid not null,
    role_name     text collate "C" not null,
    -- at the target
    account       text collate "C" not null,
    -- the role's recipe when it was made: by this it is taken away
    recipe        jsonb not null,
    identity      text collate "C" not null,
    state         text collate "C" not null check (state in ('pending', 'active', 'revoking', 'stuck', 'revoked', 'expired', 'rolled_back', 'abandoned')),
    -- why it ends
    reason        text collate "C" check (reason in ('expired', 'requested', 'not_completed', 'identity_suspended', 'engine_deleted')),
    renewable     boolean not null,
    issued_at     timestamptz not null,
    expires_at    timestamptz not null,
    -- beyond which it is not renewed
    latest_at     timestamptz not null,
    -- since when it is to end
    ending_at     timestamptz,
    ended_at      timestamptz,
    attempts      integer not null default 0,
    error_code    text collate "C",
    error_message text,
    -- when there is something to do; absent when it has ended
    next_at       timestamptz,
    -- by whom it is being ended; each taking is another
    taken_by      uuid,
    taken_until   timestamptz,
    primary key (tenant_id, lease_id),
    foreign key (tenant_id) references tenant,
    check ((error_code is null) = (error_message is null)),
    check ((ended_at is null) = (state in ('pending', 'active', 'revoking', 'stuck'))),
    check ((ended_at is null) = (next_at is not null)),
    check (expires_at <= latest_at)
) with (fillfactor = 80);
create index lease_next on lease (tenant_id, engine_id, next_at) where next_at is not null;
create index lease_live on lease (tenant_id, engine_id, role_id) where ended_at is null;
create index lease_holder on lease (tenant_id, identity) where ended_at is null;
create index lease_ended on lease (tenant_id, ended_at) where ended_at is not null;

do $$
declare
    name text;
begin
    foreach name in array array['dynamic_engine', 'dynamic_role', 'lease'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format(
            'create policy tenant_isolation on %I to scaivault_app '
            'using (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')) '
            'with check (tenant_id = nullif(current_setting(''app.tenant_id'', true), ''''))',
            name);
    end loop;
end
$$;

grant select, insert, update, delete on dynamic_engine, dynamic_role, lease to scaivault_app;

-- The worker finds what is to be done, and does nothing about it: that is done as the tenant. It disposes of what ended long ago.
grant select (tenant_id, engine_id, blocked_until, healthy, leaving) on dynamic_engine to scaivault_worker;
create policy worker_finds on dynamic_engine for select to scaivault_worker using (true);
grant select (tenant_id, lease_id, engine_id, next_at, taken_until, state, ended_at), delete on lease to scaivault_worker;
create policy worker_finds on lease for select to scaivault_worker using (true);
create policy worker_disposes on lease for delete to scaivault_worker using (ended_at < now() - interval '30 days');

-- Who is let in no more keeps no credential: as soon as a person is suspended or removed, however that came. With the rights of the writer, as the tenant.
create function leases_of_person_end() returns trigger
    language plpgsql
as $$
declare
    clock timestamptz := clock_timestamp();
begin
    update public.lease l
    set state = 'revoking', reason = 'identity_suspended', ending_at = clock, next_at = clock, taken_by = null, taken_until = null
    where l.tenant_id = old.tenant_id and l.ended_at is null and l.state = 'active'
        and (l.identity = 'user:' || old.user_id or l.identity = old.identity_id)
        -- an e-mail address may be somebody else's now
        and not exists (
            select from public.identity_user u
            where u.tenant_id = old.tenant_id and u.status = 'ACTIVE' and (u.identity_id = l.identity or 'user:' || u.user_id = l.identity));
    return null;
end
$$;
create trigger identity_user_leases_end
    after update on identity_user
    for each row when (old.status = 'ACTIVE' and new.status <> 'ACTIVE')
    execute function leases_of_person_end();
create trigger identity_user_leases_end_with_it
    after delete on identity_user
    for each row execute function leases_of_person_end();
