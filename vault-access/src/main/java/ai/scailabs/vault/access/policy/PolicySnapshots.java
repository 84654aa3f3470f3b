package ai.scailabs.vault.access.policy;

import ai.scailabs.vault.access.policy.PolicySnapshot.BoundPolicy;
import ai.scailabs.vault.access.policy.PolicySnapshot.Grantee;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what decides about accesses, with the epoch under which it holds. Thread-safe. */
public final class PolicySnapshots {
    private static final Logger LOG = LoggerFactory.getLogger(PolicySnapshots.class);

    private static final String READ = """
            select t.epoch, t.partner_id, p.policy_id, p.name, p.rules::text as rules,
                array(select b.identity_id from policy_binding b
                    where b.tenant_id = p.tenant_id and b.policy_id = p.policy_id order by b.binding_id) as identities,
                array(select (extract(epoch from b.expires_at) * 1000)::bigint from policy_binding b
                    where b.tenant_id = p.tenant_id and b.policy_id = p.policy_id order by b.binding_id) as expiries
            from tenant t
            left join policy p on p.tenant_id = t.tenant_id and p.is_active and p.scope = ?
            where t.tenant_id = ?
            order by p.policy_id
            """;

    private final TenantTransactions transactions;

    public PolicySnapshots(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /** What decides in the tenant: its own policies, then those of its partner. */
    public PolicySnapshot read(TenantId tenant) {
        List<Row> own = rows(tenant, Policy.TENANT_SCOPE);
        if (own.isEmpty()) {
            return new PolicySnapshot(0, List.of());
        }
        // Later, so that they are not older than the epoch that they are kept under: their every change moves it.
        List<Row> shared = rows(TenantId.sharedBy(own.getFirst().partner()), Policy.PARTNER_SCOPE);
        List<BoundPolicy> policies = Stream.concat(own.stream(), shared.stream())
                .flatMap(row -> Stream.ofNullable(row.policy()))
                .toList();
        return new PolicySnapshot(own.getFirst().epoch(), policies);
    }

    private List<Row> rows(TenantId space, String scope) {
        return transactions.query(space, READ, (results, index) -> row(results), scope, space.value());
    }

    private static Row row(ResultSet results) throws SQLException {
        long epoch = results.getLong("epoch");
        PartnerId partner = new PartnerId(results.getString("partner_id"));
        String id = results.getString("policy_id");
        if (id == null) {
            return new Row(epoch, partner, null);
        }
        try {
            List<PolicyRule> rules = RulesJson.read(results.getString("rules"));
            return new Row(epoch, partner, new BoundPolicy(id, results.getString("name"), rules, grantees(results)));
        } catch (IllegalStateException unreadable) {
            // Rules only ever grant, so a policy that cannot be read is safe to leave out; the tenant's others go on.
            LOG.error("Policy {} grants nothing: its rules cannot be read", id, unreadable);
            return new Row(epoch, partner, null);
        }
    }

    private static List<Grantee> grantees(ResultSet results) throws SQLException {
        String[] identities = (String[]) elements(results.getArray("identities"));
        Object[] expiries = elements(results.getArray("expiries"));
        List<Grantee> grantees = new ArrayList<>(identities.length);
        for (int i = 0; i < identities.length; i++) {
            long expiresAt = expiries[i] instanceof Long millis ? millis : Long.MAX_VALUE;
            grantees.add(new Grantee(new IdentityId(identities[i]), expiresAt));
        }
        return List.copyOf(grantees);
    }

    private static Object[] elements(Array array) throws SQLException {
        return (Object[]) array.getArray();
    }

    private record Row(
            long epoch, PartnerId partner, @Nullable BoundPolicy policy) {}
}
