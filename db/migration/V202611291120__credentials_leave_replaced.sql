-- Whether what a connector replaces is let in at its target until it is taken away there. An account that is alone has its new password in place of the old one.
create function connector_leaves_replaced(connector jsonb) returns boolean
    language sql immutable
as $$
    select connector is not null
        and (connector ->> 'type' not in ('postgresql', 'mysql', 'redis', 'mongodb') or coalesce(jsonb_typeof(connector -> 'alternate_users') = 'array', false))
$$;
revoke execute on function connector_leaves_replaced from public;
grant execute on function connector_leaves_replaced to scaivault_app;

-- As before, but for accounts that are alone: theirs are pruned and destroyed like any other version.
create or replace function secret_is_connected(held public.secret_version) returns boolean
    language sql stable
as $$
    select exists (
        select from public.rotation_assignment a
        where a.tenant_id = held.tenant_id and a.path = held.path and public.connector_leaves_replaced(a.connector))
$$;
