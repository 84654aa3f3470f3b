package ai.scailabs.vault.persistence.tenant;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Reads from the catalogue whether row-level security really binds the role that requests run as. */
public final class TenantBoundary {
    /** What the role could become by SET ROLE counts as well: the program never does so, but SQL that somebody slipped in would. */
    private static final String ROLE_PROBLEMS = """
            select 'role ' || rolname || ' is a superuser'
            from pg_roles where rolname = current_user and rolsuper
            union all
            select 'role ' || rolname || ' has BYPASSRLS'
            from pg_roles where rolname = current_user and rolbypassrls
            union all
            select 'role ' || current_user || ' may become ' || rolname || ', whom row-level security does not bind'
            from pg_roles
            where rolname <> current_user and (rolsuper or rolbypassrls) and pg_has_role(current_user, oid, 'MEMBER')
            and not (select rolsuper from pg_roles where rolname = current_user)
            union all
            select 'role ' || current_user || ' owns table ' || min(c.relname) || case when count(*) > 1 then ', and ' || count(*) - 1 || ' more' else '' end
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public' and c.relkind in ('r', 'p') and pg_has_role(current_user, c.relowner, 'MEMBER')
            and not (select rolsuper from pg_roles where rolname = current_user)
            having count(*) > 0
            """;

    /** The one expression that keeps tenants apart, as the catalogue prints it: an expression that merely mentions the setting may let everything through. */
    private static final String TABLE_PROBLEMS = """
            with tenant_table as (
                select c.oid, c.relname, c.relkind, c.relispartition, c.relrowsecurity, c.relforcerowsecurity, c.reloptions
                from pg_class c
                join pg_namespace n on n.oid = c.relnamespace
                join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
                where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm', 'f')
            ),
            applying_policy as (
                select t.oid, p.polpermissive,
                    bool_and(expression = '(tenant_id = NULLIF(current_setting(''app.tenant_id''::text, true), ''''::text))') as compares_tenant
                from tenant_table t
                join pg_policy p on p.polrelid = t.oid
                cross join lateral (values (pg_get_expr(p.polqual, t.oid)), (pg_get_expr(p.polwithcheck, t.oid))) as e (expression)
                where expression is not null
                and exists (select from unnest(p.polroles) r where r = 0 or pg_has_role(current_user, r, 'USAGE'))
                group by t.oid, p.oid, p.polpermissive
            )
            select 'table ' || relname || ' does not force row-level security'
            from tenant_table where relkind in ('r', 'p') and not (relrowsecurity and relforcerowsecurity)
            union all
            select 'table ' || relname || ' has no policy that compares the tenant'
            from tenant_table t
            where relkind in ('r', 'p') and not relispartition
            and not exists (select from applying_policy p where p.oid = t.oid and p.polpermissive and p.compares_tenant)
            union all
            select 'table ' || relname || ' has a policy that lets ' || current_user || ' reach rows of every tenant'
            from tenant_table t
            where exists (select from applying_policy p where p.oid = t.oid and p.polpermissive and not p.compares_tenant)
            union all
            select 'role ' || current_user || ' may truncate table ' || relname || ', which no policy prevents'
            from tenant_table where relkind in ('r', 'p') and has_table_privilege(current_user, oid, 'TRUNCATE')
            union all
            select 'relation ' || relname || ' shows rows as its owner sees them'
            from tenant_table
            where relkind in ('v', 'm', 'f') and has_table_privilege(current_user, oid, 'SELECT')
            and not (relkind = 'v' and coalesce(reloptions && array['security_invoker=true', 'security_invoker=on'], false))
            """;

    private TenantBoundary() {}

    /**
     * What is wrong, in words for an operator; empty when the boundary holds. Of a login that reaches too far only that is told: what it may do to each table follows from it.
     *
     * @param app logs in as requests do
     */
    public static List<String> problems(DataSource app) throws SQLException {
        List<String> problems = new ArrayList<>();
        try (Connection connection = app.getConnection()) {
            collect(connection, ROLE_PROBLEMS, problems);
            if (problems.isEmpty()) {
                collect(connection, TABLE_PROBLEMS, problems);
            }
        }
        return problems;
    }

    private static void collect(Connection connection, String sql, List<String> problems) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet results = statement.executeQuery()) {
            while (results.next()) {
                problems.add(results.getString(1));
            }
        }
    }
}
