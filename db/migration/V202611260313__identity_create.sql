-- The mirror of ScaiKey: partners, tenants, people, groups and who is in which, as far as ScaiKey has told. A partner's own rows, and the list of its tenants, lie in
-- the space that it shares. known_at is ScaiKey's time of what was told last, status_at of the last word on the status: what is older changes nothing.

create table identity_partner (
    -- the partner's shared space
    tenant_id      text collate "C" primary key,
    name           text,
    slug           text,
    region         text,
    status         text collate "C" not null,
    known_at       timestamptz not null,
    status_at      timestamptz not null,
    last_synced_at timestamptz not null
);

create table identity_tenant (
    -- the shared space of the tenant's partner
    tenant_id      text collate "C" not null,
    listed_id      text collate "C" not null,
    name           text,
    slug           text,
    status         text collate "C" not null,
    known_at       timestamptz not null,
    status_at      timestamptz not null,
    last_synced_at timestamptz not null,
    primary key (tenant_id, listed_id)
);

create table identity_user (
    -- no foreign key: somebody can be suspended before the tenant was ever seen here
    tenant_id      text collate "C" not null,
    user_id        text collate "C" not null,
    email          text collate "C",
    -- user:<email>, as tokens call the person; absent where no identity can be called that
    identity_id    text collate "C",
    display_name   text,
    status         text collate "C" not null,
    mfa_enabled    boolean,
    roles          text[] not null,
    known_at       timestamptz not null,
    status_at      timestamptz not null,
    last_synced_at timestamptz not null,
    primary key (tenant_id, user_id)
);
create index identity_user_of_identity on identity_user (tenant_id, identity_id) where identity_id is not null;
create index identity_user_refused on identity_user (tenant_id) where status <> 'ACTIVE';

create table identity_group (
    tenant_id      text collate "C" not null,
    group_id       text collate "C" not null,
    name           text collate "C",
    -- group:<name>, as tokens and bindings call it
    identity_id    text collate "C",
    description    text,
    status         text collate "C" not null,
    known_at       timestamptz not null,
    status_at      timestamptz not null,
    last_synced_at timestamptz not null,
    primary key (tenant_id, group_id)
);
create index identity_group_of_identity on identity_group (tenant_id, identity_id) where identity_id is not null;

create table identity_membership (
    tenant_id       text collate "C" not null,
    group_id        text collate "C" not null,
    user_id         text collate "C" not null,
    membership_type text collate "C" not null,
    added_at        timestamptz,
    -- false: known to be in it no more
    present         boolean not null,
    known_at        timestamptz not null,
    primary key (tenant_id, group_id, user_id)
);
create index identity_membership_of_user on identity_membership (tenant_id, user_id) where present;

-- Roles that were assigned here: they count in the place of those that the person's token names.
create table identity_role (
    tenant_id   text collate "C" not null,
    user_id     text collate "C" not null,
    roles       text[] not null,
    assigned_at timestamptz not null,
    assigned_by text collate "C" not null,
    primary key (tenant_id, user_id)
);

-- Events of ScaiKey that were taken, for longer than one is fresh: none is taken twice.
create table identity_event (
    tenant_id   text collate "C" not null,
    event_id    text collate "C" not null,
    event_type  text collate "C" not null,
    received_at timestamptz not null,
    primary key (tenant_id, event_id)
);
create index identity_event_old on identity_event (received_at);

-- Comparisons with ScaiKey: of a tenant, or of a partner with all its tenants. The row tells where one goes on that was broken off.
create table identity_sync (
    tenant_id    text collate "C" not null,
    sync_id      text collate "C" not null,
    trigger      text collate "C" not null check (trigger in ('schedule', 'request')),
    requested_by text collate "C" not null,
    status       text collate "C" not null check (status in ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED')),
    started_at   timestamptz not null,
    finished_at  timestamptz,
    step         text collate "C" not null,
    at_tenant    text collate "C",
    at_group     text collate "C",
    after_id     text collate "C",
    list_as_of   timestamptz,
    tenants      integer not null default 0,
    users        integer not null default 0,
    groups       integer not null default 0,
    memberships  integer not null default 0,
    vanished     integer not null default 0,
    -- in a row, and when it is tried again
    failures     integer not null default 0,
    retry_at     timestamptz,
    problem      text collate "C",
    primary key (tenant_id, sync_id)
);
create unique index identity_sync_under_way on identity_sync (tenant_id) where status in ('PENDING', 'RUNNING');
create index identity_sync_open on identity_sync (started_at) where status in ('PENDING', 'RUNNING');
create index identity_sync_scheduled on identity_sync (started_at) where trigger = 'schedule';

do $$
declare
    name text;
begin
    foreach name in array array[
        'identity_partner', 'identity_tenant', 'identity_user', 'identity_group', 'identity_membership', 'identity_role', 'identity_event',
        'identity_sync'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format(
            'create policy tenant_isolation on %I '
            'using (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')) '
            'with check (tenant_id = nullif(current_setting(''app.tenant_id'', true), ''''))',
            name);
    end loop;
end
$$;

-- What vanished keeps its row, so that nothing older brings it back: the app removes nothing but roles.
grant select, insert, update on
    identity_partner, identity_tenant, identity_user, identity_group, identity_membership, identity_role, identity_sync to scaivault_app;
grant delete on identity_role to scaivault_app;
grant select, insert on identity_event to scaivault_app;

-- The worker finds what is to be done and disposes of what is over.
grant select (tenant_id, sync_id, trigger, status, started_at, finished_at, retry_at), delete on identity_sync to scaivault_worker;
create policy worker_finds on identity_sync for select to scaivault_worker using (true);
create policy worker_disposes on identity_sync for delete to scaivault_worker using (finished_at < now() - interval '90 days');
grant select (tenant_id, event_id, received_at), delete on identity_event to scaivault_worker;
create policy worker_finds on identity_event for select to scaivault_worker using (received_at < now() - interval '1 day');
create policy worker_disposes on identity_event for delete to scaivault_worker using (received_at < now() - interval '1 day');

-- What the list of revoked tokens needs to know of a tenant besides: who is refused whatever their token says, which roles were assigned, whether the tenant is
-- suspended. A person is refused under their id; under their e-mail too, unless it is somebody else's now.
create function identity_standings(tenant_id text) returns table (kind text, subject text, detail text)
    language sql
    stable
    set search_path = pg_catalog, public
as $$
    select 'refused', 'user:' || u.user_id, null
    from identity_user u where u.tenant_id = identity_standings.tenant_id and u.status <> 'ACTIVE'
    union all
    select 'refused', u.identity_id, null
    from identity_user u
    where u.tenant_id = identity_standings.tenant_id and u.status <> 'ACTIVE' and u.identity_id is not null
        and not exists (
            -- asked for one by one, by the index: joined, on a table that was not analysed yet, everybody is compared with everybody
            select from identity_user a
            where a.tenant_id = identity_standings.tenant_id and a.identity_id = u.identity_id and a.status = 'ACTIVE' offset 0)
    union all
    select 'roles_of_id', 'user:' || r.user_id, array_to_string(r.roles, ' ')
    from identity_role r where r.tenant_id = identity_standings.tenant_id
    union all
    select 'roles_of_name', holder.identity_id, array_to_string(r.roles, ' ')
    from identity_role r
    cross join lateral (
        select u.identity_id from identity_user u where u.tenant_id = identity_standings.tenant_id and u.user_id = r.user_id offset 0) holder
    where r.tenant_id = identity_standings.tenant_id and holder.identity_id is not null
    union all
    select 'suspended', t.tenant_id, null
    from tenant t where t.tenant_id = identity_standings.tenant_id and t.status <> 'active'
$$;
revoke execute on function identity_standings(text) from public;
grant execute on function identity_standings(text) to scaivault_app;

-- Every instance hears of it as it hears of revoked tokens.
create trigger identity_user_standing after insert on identity_user
    for each row execute function notify_token_revocation();
create trigger identity_user_standing_changed after update on identity_user
    for each row when (old.status <> new.status or old.identity_id is distinct from new.identity_id)
    execute function notify_token_revocation();
create trigger identity_user_standing_removed after delete on identity_user
    for each row execute function notify_token_revocation();
create trigger identity_role_standing after insert or update or delete on identity_role
    for each row execute function notify_token_revocation();
create trigger tenant_standing after insert on tenant
    for each row when (new.status <> 'active') execute function notify_token_revocation();
create trigger tenant_standing_changed after update on tenant
    for each row when (old.status <> new.status) execute function notify_token_revocation();

-- Whom ScaiKey suspended, it lets in again; whom an operator suspended by hand, nobody but an operator does.
alter table tenant add column suspended_by_scaikey boolean not null default false;

-- What ScaiKey says of a tenant and of its partner decides whether the tenant is served. Of the owner's, because a change in the partner's space changes rows of its
-- tenants: by the policy on tenant that lets the owner reach those of one partner at a time.
create function apply_identity_statuses() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, public
as $$
declare
    space text := new.tenant_id;
    served boolean;
begin
    served := coalesce((select p.status = 'ACTIVE' from identity_partner p where p.tenant_id = space), true);
    update tenant t
    set status = 'suspended', suspended_by_scaikey = true
    where t.partner_id = space and t.status = 'active'
        and not (served and coalesce(
            (select m.status = 'ACTIVE' from identity_tenant m where m.tenant_id = space and m.listed_id = t.tenant_id), true));
    update tenant t
    set status = 'active', suspended_by_scaikey = false
    where t.partner_id = space and t.status = 'suspended' and t.suspended_by_scaikey and served
        and coalesce(
            (select m.status = 'ACTIVE' from identity_tenant m where m.tenant_id = space and m.listed_id = t.tenant_id), true);
    return null;
end
$$;
revoke execute on function apply_identity_statuses() from public;

create trigger identity_partner_told after insert on identity_partner
    for each row when (new.status <> 'ACTIVE') execute function apply_identity_statuses();
create trigger identity_partner_changed after update on identity_partner
    for each row when (old.status <> new.status) execute function apply_identity_statuses();
create trigger identity_tenant_told after insert on identity_tenant
    for each row when (new.status <> 'ACTIVE') execute function apply_identity_statuses();
create trigger identity_tenant_changed after update on identity_tenant
    for each row when (old.status <> new.status) execute function apply_identity_statuses();

-- A tenant that appears after ScaiKey has told that it is not to be served.
create function identity_status_of_new_tenant() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, public
as $$
declare
    before text := coalesce(current_setting('app.tenant_id', true), '');
begin
    perform set_config('app.tenant_id', new.partner_id, true);
    if exists (select from identity_partner p where p.tenant_id = new.partner_id and p.status <> 'ACTIVE')
        or exists (
            select from identity_tenant m
            where m.tenant_id = new.partner_id and m.listed_id = new.tenant_id and m.status <> 'ACTIVE') then
        new.status := 'suspended';
        new.suspended_by_scaikey := true;
    end if;
    perform set_config('app.tenant_id', before, true);
    return new;
end
$$;
revoke execute on function identity_status_of_new_tenant() from public;

create trigger tenant_status_of_new before insert on tenant
    for each row execute function identity_status_of_new_tenant();
