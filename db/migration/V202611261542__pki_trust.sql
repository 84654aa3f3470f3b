-- Authorities of others, whose certificates a tenant relies on when it validates.

create table trust_anchor (
    tenant_id   text collate "C" not null references tenant,
    anchor_id   uuid not null,
    -- a segment of a path: policies name it by pki/trust-anchors/<name>
    name        text collate "C" not null,
    -- DER
    certificate bytea not null,
    created_at  timestamptz not null,
    created_by  text collate "C" not null,
    primary key (tenant_id, anchor_id),
    unique (tenant_id, name)
);

alter table trust_anchor enable row level security;
alter table trust_anchor force row level security;
create policy tenant_isolation on trust_anchor
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));

grant select, insert, delete on trust_anchor to scaivault_app;
