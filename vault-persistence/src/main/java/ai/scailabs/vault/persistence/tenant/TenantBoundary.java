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
    private static final String ROLE_PROBLEMS = """
            select 'role ' || rolname || ' is a superuser' from pg_roles where rolname = current_user and rolsuper
            union all
            select 'role ' || rolname || ' has BYPASSRLS' from pg_roles where rolname = current_user and rolbypassrls
            union all
            select 'role ' || current_user || ' owns table ' || c.relname
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public' and c.relkind in ('r', 'p') and pg_has_role(current_user, c.relowner, 'USAGE')
            """;

    private static final String TABLE_PROBLEMS = """
            select 'table ' || c.relname || ' does not force row-level security'
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
            where n.nspname = 'public' and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)
            union all
            select 'table ' || c.relname || ' has no policy that compares the tenant'
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
            where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
            and not exists (
                select from pg_policy p
                where p.polrelid = c.oid
                and coalesce(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) like '%app.tenant_id%')
            union all
            select 'table ' || c.relname || ' lets ' || current_user || ' see rows of every tenant'
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
            join pg_policy p on p.polrelid = c.oid
            where n.nspname = 'public'
            and (p.polroles = '{0}' or (select oid from pg_roles where rolname = current_user) = any (p.polroles))
            and coalesce(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) not like '%app.tenant_id%'
            """;

    private TenantBoundary() {}

    /**
     * What is wrong, in words for an operator; empty when the boundary holds.
     *
     * @param app logs in as requests do
     */
    public static List<String> problems(DataSource app) throws SQLException {
        List<String> problems = new ArrayList<>();
        try (Connection connection = app.getConnection()) {
            collect(connection, ROLE_PROBLEMS, problems);
            collect(connection, TABLE_PROBLEMS, problems);
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
