-- What happened, for those who asked to be told of it. The audit log, which every change writes in its own transaction, is where events come from: whoever lets the trees over it grow
-- writes down here what somebody wants to know, one at a time for the whole installation, so that positions are given in the order in which they can be seen.

-- Who wants to be told: a webhook of the tenant, or somebody's subscription.
create table event_target (
    tenant_id       text collate "C" not null references tenant,
    target_id       text collate "C" not null,
    kind            text collate "C" not null,
    name            text collate "C" not null,
    -- 'webhook': is sent to a URL; 'polling': is fetched
    delivery        text collate "C" not null,
    url             text,
    event_types     text[] not null,
    path_prefix     text collate "C",
    secret_type     text collate "C",
    tags            text[] not null,
    -- globs; empty: of any path, or none
    paths           text[] not null,
    buffer_size     integer,
    enabled         boolean not null,
    -- why it was disabled, when nobody did it by hand
    disabled_reason text collate "C",
    -- whose right counts when something is delivered, as it was when it was asked for
    standing        text,
    revision        integer not null,
    created_at      timestamptz not null,
    created_by      text collate "C" not null,
    updated_at      timestamptz not null,
    -- what happened before is not told
    told_from       timestamptz not null,
    -- how far it is, for what is sent: all up to there has been sent, or does not concern it
    cursor          bigint not null,
    attempts        integer not null default 0,
    next_attempt_at timestamptz,
    failing_since   timestamptz,
    taken_at        timestamptz,
    -- whoever sends to it has it until then
    lease           uuid,
    lease_until     timestamptz,
    -- events that were not kept, as there were too many, and of which nobody was told yet
    dropped         bigint not null default 0,
    primary key (tenant_id, target_id),
    unique (tenant_id, kind, name)
);

alter table event_target enable row level security;
alter table event_target force row level security;
create policy tenant_isolation on event_target to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
create policy worker_reads on event_target for select to scaivault_worker using (true);
create policy worker_counts on event_target for update to scaivault_worker using (true) with check (true);
grant select, insert, update, delete on event_target to scaivault_app;
grant select (tenant_id, target_id, delivery, event_types, path_prefix, secret_type, tags, paths, buffer_size, enabled, told_from, cursor, next_attempt_at, failing_since,
    taken_at, lease_until, dropped) on event_target to scaivault_worker;
grant update (dropped) on event_target to scaivault_worker;

-- What webhooks are signed with, sealed by the tenant's key.
create table event_signing_key (
    tenant_id   text collate "C" not null,
    key_id      text collate "C" not null,
    target_id   text collate "C" not null,
    private_key bytea not null,
    created_at  timestamptz not null,
    -- null: signs; else it was followed by another, and is remembered until then
    retires_at  timestamptz,
    primary key (tenant_id, key_id),
    foreign key (tenant_id, target_id) references event_target on delete cascade
);
create index event_signing_key_target on event_signing_key (tenant_id, target_id);

alter table event_signing_key enable row level security;
alter table event_signing_key force row level security;
create policy tenant_isolation on event_signing_key
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, delete on event_signing_key to scaivault_app;
grant update (private_key, retires_at) on event_signing_key to scaivault_app;

create sequence event_position;

create table event (
    tenant_id   text collate "C" not null,
    position    bigint not null,
    event_id    uuid not null,
    event_type  text collate "C" not null,
    occurred_at timestamptz not null,
    path        text collate "C",
    secret_type text collate "C",
    -- of a secret that has some: a JSON array
    tags        text,
    -- as it is sent, byte by byte
    body        text not null,
    primary key (tenant_id, position),
    unique (tenant_id, event_id)
);
create index event_age on event (occurred_at);

alter table event enable row level security;
alter table event force row level security;
create policy tenant_reads on event for select to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
create policy worker_keeps on event to scaivault_worker using (true) with check (true);
grant select on event to scaivault_app;
grant insert, delete on event to scaivault_worker;
grant select (tenant_id, position, event_id, event_type, occurred_at) on event to scaivault_worker;
grant usage on sequence event_position to scaivault_worker;

-- The last event of each tenant: what a target that sends is compared with.
create table event_head (
    tenant_id text collate "C" primary key,
    position  bigint not null
);

alter table event_head enable row level security;
alter table event_head force row level security;
create policy tenant_reads on event_head for select to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
create policy worker_keeps on event_head to scaivault_worker using (true) with check (true);
grant select on event_head to scaivault_app;
grant select, insert, update (position) on event_head to scaivault_worker;

-- What was sent, or is being tried.
create table event_delivery (
    tenant_id       text collate "C" not null,
    target_id       text collate "C" not null,
    delivery_id     uuid not null,
    event_id        uuid not null,
    event_type      text collate "C" not null,
    -- of the event; 0 for a test or one that was sent again
    position        bigint not null,
    status          text collate "C" not null,
    attempts        integer not null,
    response_code   integer,
    duration_ms     integer not null,
    error           text collate "C",
    created_at      timestamptz not null,
    attempted_at    timestamptz not null,
    next_attempt_at timestamptz,
    primary key (tenant_id, target_id, delivery_id),
    foreign key (tenant_id, target_id) references event_target on delete cascade
);
create unique index event_delivery_position on event_delivery (tenant_id, target_id, position) where position > 0;
create index event_delivery_age on event_delivery (created_at);

alter table event_delivery enable row level security;
alter table event_delivery force row level security;
create policy tenant_isolation on event_delivery to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
create policy worker_finds on event_delivery for select to scaivault_worker using (true);
create policy worker_disposes on event_delivery for delete to scaivault_worker using (true);
grant select, insert on event_delivery to scaivault_app;
grant update (status, attempts, response_code, duration_ms, error, attempted_at, next_attempt_at) on event_delivery to scaivault_app;
grant select (tenant_id, target_id, delivery_id, created_at), delete on event_delivery to scaivault_worker;

-- What waits to be fetched.
create table event_queue (
    tenant_id text collate "C" not null,
    target_id text collate "C" not null,
    position  bigint not null,
    primary key (tenant_id, target_id, position),
    foreign key (tenant_id, position) references event on delete cascade
);
create index event_queue_position on event_queue (tenant_id, position);

alter table event_queue enable row level security;
alter table event_queue force row level security;
create policy tenant_isolation on event_queue to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
create policy worker_keeps on event_queue to scaivault_worker using (true) with check (true);
grant select, delete on event_queue to scaivault_app;
grant select, insert, delete on event_queue to scaivault_worker;
