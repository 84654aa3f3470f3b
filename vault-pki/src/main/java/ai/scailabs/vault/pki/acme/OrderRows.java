package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.pki.x509.KeySpec;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Reads rows of orders, and writes what is kept of problems. */
final class OrderRows {
    static final String SELECT = """
            select o.tenant_id, t.partner_id, o.order_id, o.certificate_id, o.account_id, a.name as account_name, a.provider, c.names, c.challenge_type,
                c.dns_provider_id, c.profile, c.preferred_chain, c.key_type, c.key_size, c.csr, c.auto_renew, o.renewal, o.status, o.stage, o.stage_since, o.sent,
                o.order_url, o.replaces, o.key_id, o.error, o.attempts, o.next_attempt_at, o.give_up_at, o.version, v.not_after, o.created_at, o.created_by,
                o.finished_at
            from acme_order o
            join tenant t on t.tenant_id = o.tenant_id
            join acme_account a on a.tenant_id = o.tenant_id and a.account_id = o.account_id
            join acme_certificate c on c.tenant_id = o.tenant_id and c.certificate_id = o.certificate_id
            left join acme_certificate_version v on v.tenant_id = o.tenant_id and v.certificate_id = o.certificate_id and v.version = o.version
            """;

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final TypeReference<Map<String, Object>> PROBLEM = new TypeReference<>() {};

    private OrderRows() {}

    static AcmeOrder order(ResultSet results) throws SQLException {
        Stage stage = Stage.parse(results.getString("stage")).orElseThrow(OrderRows::newer);
        String location = results.getString("order_url");
        String error = results.getString("error");
        return new AcmeOrder(
                new TenantId(results.getString("tenant_id")),
                new PartnerId(results.getString("partner_id")),
                results.getObject("order_id", UUID.class),
                results.getObject("certificate_id", UUID.class),
                results.getObject("account_id", UUID.class),
                results.getString("account_name"),
                results.getString("provider"),
                terms(results),
                results.getBoolean("auto_renew"),
                results.getBoolean("renewal"),
                OrderStatus.parse(results.getString("status")).orElseThrow(OrderRows::newer),
                location == null ? null : URI.create(location),
                new AcmeOrder.Progress(
                        stage,
                        instant(results, "stage_since"),
                        results.getBoolean("sent"),
                        results.getString("replaces"),
                        results.getString("key_id"),
                        instant(results, "give_up_at")),
                error == null ? null : JSON.readValue(error, PROBLEM),
                results.getInt("attempts"),
                stage == Stage.DONE ? null : instant(results, "next_attempt_at"),
                results.getObject("version", Integer.class),
                time(results, "not_after"),
                instant(results, "created_at"),
                results.getString("created_by"),
                time(results, "finished_at"));
    }

    static CertificateTerms terms(ResultSet results) throws SQLException {
        String keyType = results.getString("key_type");
        List<OrderedName> names = Arrays.stream(
                        (String[]) results.getArray("names").getArray())
                .map(OrderedName::ofStored)
                .toList();
        return new CertificateTerms(
                names,
                ChallengeType.parse(results.getString("challenge_type")).orElseThrow(OrderRows::newer),
                results.getObject("dns_provider_id", UUID.class),
                results.getString("profile"),
                results.getString("preferred_chain"),
                keyType == null
                        ? null
                        : KeySpec.of(keyType, results.getInt("key_size")).orElseThrow(OrderRows::newer),
                results.getBytes("csr"));
    }

    static String json(DirectoryProblem problem) {
        return JSON.writeValueAsString(problem.shown());
    }

    static IllegalStateException newer() {
        return new IllegalStateException("an order was written by a newer version");
    }

    static Instant instant(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }

    static @Nullable Instant time(ResultSet results, String column) throws SQLException {
        OffsetDateTime time = results.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
