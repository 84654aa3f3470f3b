package ai.scailabs.vault.pki.inventory;

import ai.scailabs.vault.kernel.id.TenantId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Whose certificates jobs look after: tenants that have authorities, and are served. */
final class ActiveTenants {
    private static final String TENANTS = """
            select distinct s.tenant_id from crl_schedule s join tenant t on t.tenant_id = s.tenant_id where t.status = 'active' order by s.tenant_id
            """;

    private final DataSource worker;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    ActiveTenants(DataSource worker) {
        this.worker = worker;
    }

    List<TenantId> find() throws SQLException {
        List<TenantId> tenants = new ArrayList<>();
        try (Connection connection = worker.getConnection();
                PreparedStatement statement = connection.prepareStatement(TENANTS);
                ResultSet results = statement.executeQuery()) {
            while (results.next()) {
                tenants.add(new TenantId(results.getString(1)));
            }
        }
        return tenants;
    }
}
