-- Paths that are copied may be written here, if the other vault takes the value first.

alter table federation_backend
    add column sync_write_through boolean not null default false,
    add check (mode = 'sync' or not sync_write_through);
