-- Secrets that are renewed in time. Times are the database's own, so that no instance's clock makes anything due.

create table rotation_policy (
    tenant_id        text collate "C" not null references tenant,
    policy_id        uuid not null,
    name             text collate "C" not null,
    description      text,
    -- times as they were written, and as they are
    interval_text    text not null,
    interval_seconds bigint not null check (interval_seconds > 0),
    -- how long what was replaced stays readable, and how long a value that is due may be missing
    grace_text       text not null,
    grace_seconds    bigint not null check (grace_seconds > 0),
    -- how long before it is due that is told
    warn_text        text,
    -- whether the next value is made here
    auto_generate    boolean not null,
    secret_policy_id uuid,
    webhook_ids      text[] not null,
    is_active        boolean not null,
    revision         integer not null,
    created_at       timestamptz not null,
    created_by       text collate "C" not null,
    updated_at       timestamptz not null,
    primary key (tenant_id, policy_id),
    unique (tenant_id, name),
    foreign key (tenant_id, secret_policy_id) references secret_policy
);
create index rotation_policy_recipe on rotation_policy (tenant_id, secret_policy_id);

-- A secret under a policy, with its own clock.
create table rotation_assignment (
    tenant_id      text collate "C" not null,
    path           text collate "C" not null,
    assignment_id  uuid not null,
    policy_id      uuid not null,
    -- in whose right it is renewed
    standing_right text not null,
    -- where the secret is the login of an account, and is changed with it; absent where it is not
    connector      jsonb,
    attached_at    timestamptz not null,
    attached_by    text collate "C" not null,
    -- when the current version came, or the secret under the policy if that was later
    rotated_at     timestamptz not null,
    due_at         timestamptz not null,
    -- the current version, and the one up to which is told what became of them
    version        integer not null,
    told_version   integer not null,
    -- the shortest time before it is due that was told, or passed untold
    warned_seconds bigint,
    -- told once each of a version
    due_told       boolean not null default false,
    overdue_told   boolean not null default false,
    -- that failed one after the other, and how the last did
    attempts       integer not null default 0,
    error_code     text collate "C",
    error_message  text,
    -- when there is something to do; absent when there is nothing. While it is taken it is the same as taken_until, unless somebody has changed something meanwhile: then it is earlier,
    -- and whoever has it leaves it to be looked at again
    next_at        timestamptz,
    -- by whom it is being done; each taking is another
    taken_by       uuid,
    taken_until    timestamptz,
    primary key (tenant_id, path),
    unique (tenant_id, assignment_id),
    foreign key (tenant_id, path) references secret on delete cascade,
    foreign key (tenant_id, policy_id) references rotation_policy on delete cascade,
    check ((error_code is null) = (error_message is null))
) with (fillfactor = 80);
create index rotation_assignment_next on rotation_assignment (tenant_id, next_at) where next_at is not null;
create index rotation_assignment_policy on rotation_assignment (tenant_id, policy_id, path);
create index rotation_assignment_due on rotation_assignment (tenant_id, due_at);

-- A value that is on its way: it may be an account's already, and is not yet the secret's. Sealed by the tenant's key.
create table rotation_pending (
    tenant_id    text collate "C" not null,
    -- the assignment's id
    key_id       text collate "C" not null,
    path         text collate "C" not null,
    private_key  bytea not null,
    -- that it is to replace
    seen_version integer not null,
    created_at   timestamptz not null,
    primary key (tenant_id, key_id),
    foreign key (tenant_id, path) references rotation_assignment on delete cascade
);

create table rotation_history (
    tenant_id    text collate "C" not null references tenant,
    history_id   uuid not null,
    policy_id    uuid not null,
    path         text collate "C" not null,
    status       text collate "C" not null check (status in ('success', 'failed', 'pending')),
    -- what began it: its time, somebody who asked, or a value that somebody wrote
    trigger      text collate "C" not null check (trigger in ('schedule', 'request', 'write')),
    old_version  integer not null,
    new_version  integer,
    attempt      integer not null,
    error_code   text collate "C",
    error_message text,
    occurred_at  timestamptz not null,
    primary key (tenant_id, history_id)
);
create index rotation_history_policy on rotation_history (tenant_id, policy_id, history_id);
create index rotation_history_path on rotation_history (tenant_id, path, history_id);

-- After which a version that another has replaced is not read any more; absent for one that is not under a policy.
alter table secret_version add column readable_until timestamptz;

do $$
declare
    name text;
begin
    foreach name in array array['rotation_policy', 'rotation_assignment', 'rotation_pending', 'rotation_history'] loop
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

grant select, insert, update, delete on rotation_policy, rotation_assignment, rotation_pending, rotation_history to scaivault_app;

-- The worker finds what is to be done, and does nothing about it: that is done as the tenant.
grant select (tenant_id, assignment_id, next_at, taken_until) on rotation_assignment to scaivault_worker;
create policy worker_finds on rotation_assignment for select to scaivault_worker using (true);

-- A new version starts the clock of its secret anew, whoever wrote it, and gives what it replaces the grace of the policy. With the rights of the writer, as the tenant.
create function rotation_restart() returns trigger
    language plpgsql
as $$
declare
    clock timestamptz := clock_timestamp();
    grace bigint;
begin
    update public.rotation_assignment a
    set rotated_at = clock, due_at = clock + p.interval_seconds * interval '1 second', version = new.current_version, warned_seconds = null, due_told = false,
        overdue_told = false, attempts = 0, error_code = null, error_message = null,
        next_at = clock
    from public.rotation_policy p
    where a.tenant_id = new.tenant_id and a.path = new.path and p.tenant_id = a.tenant_id and p.policy_id = a.policy_id
    returning p.grace_seconds into grace;
    if grace is not null then
        update public.secret_version v
        set readable_until = clock + grace * interval '1 second'
        where v.tenant_id = new.tenant_id and v.path = new.path and v.version < new.current_version and v.readable_until is null and v.destroyed_at is null;
    end if;
    return null;
end
$$;
create trigger secret_rotation_restarts
    after update on secret
    for each row when (new.rotation_policy_id is not null and new.current_version > old.current_version)
    execute function rotation_restart();

-- One that is brought back goes on with its clock.
create function rotation_resume() returns trigger
    language plpgsql
as $$
begin
    update public.rotation_assignment a set next_at = clock_timestamp() where a.tenant_id = new.tenant_id and a.path = new.path;
    return null;
end
$$;
create trigger secret_rotation_resumes
    after update on secret
    for each row when (new.rotation_policy_id is not null and old.deleted_at is not null and new.deleted_at is null)
    execute function rotation_resume();

-- One that is taken from under its policy says so itself, however that came.
create function rotation_detached() returns trigger
    language plpgsql
as $$
begin
    update public.secret s set rotation_policy_id = null
    where s.tenant_id = old.tenant_id and s.path = old.path and s.rotation_policy_id is not null;
    return null;
end
$$;
create trigger rotation_assignment_detached
    after delete on rotation_assignment
    for each row execute function rotation_detached();

-- Targets that are told of an event whatever they listen for, as a rotation policy names them: a JSON array.
alter table event add column addressed text;
