package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Encrypted columns that somebody with the database has exchanged: the read fails, and never shows another's value. */
class SwappedColumnsTest {
    private static RunningServer server;
    private static Sql sql;

    @BeforeAll
    static void fill() {
        server = RunningServer.shared();
        sql = Sql.superuser(server);
        Stream.of(Place.values()).forEach(place -> {
            if (place.version == 1 || place == Place.OTHER_VERSION) {
                place.owner().put("/v1/secrets/" + place.path, Map.of("data", Map.of("value", place.value())));
            }
        });
    }

    /** Versions of one path are written in the order of this list. */
    private enum Place {
        HERE("swap-a", "swap", "app/db", 1),
        OTHER_VERSION("swap-a", "swap", "app/db", 2),
        OTHER_PATH("swap-a", "swap", "app/other", 1),
        OTHER_TENANT("swap-b", "swap", "app/db", 1),
        OTHER_PARTNER("swap-c", "swap-else", "app/db", 1);

        private final String tenant;
        private final String partner;
        private final String path;
        private final int version;
        private ApiClient client;

        Place(String tenant, String partner, String path, int version) {
            this.tenant = tenant;
            this.partner = partner;
            this.path = path;
            this.version = version;
        }

        synchronized ApiClient owner() {
            if (client == null) {
                client = server.owner(tenant, partner);
            }
            return client;
        }

        /** Read without naming the version, and so from memory when it was read before. */
        boolean isCurrent() {
            return this != HERE;
        }

        String value() {
            return "value-of-" + name();
        }

        ApiClient.Reply read(String... headers) {
            return owner().get("/v1/secrets/" + path + (isCurrent() ? "" : "?version=" + version), headers);
        }

        Object[] key() {
            return new Object[] {"tnt_" + tenant, path, version};
        }
    }

    static Stream<Arguments> exchanges() {
        return Stream.of(
                        List.of("ciphertext"),
                        List.of("wrapped_data_key"),
                        List.of("tenant_key_id"),
                        List.of("ciphertext", "wrapped_data_key"),
                        List.of("wrapped_data_key", "tenant_key_id"),
                        List.of("ciphertext", "wrapped_data_key", "tenant_key_id"))
                .flatMap(columns -> Stream.of(Place.values())
                        .filter(place -> place != Place.HERE)
                        // Within a tenant the key is the same: nothing would be exchanged.
                        .filter(place -> !columns.equals(List.of("tenant_key_id")) || !place.tenant.equals("swap-a"))
                        .map(place -> Arguments.of(columns, place)));
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void exchangedColumns_failBothReads_untilTheyAreBack(List<String> columns, Place other) {
        assertReads(Place.HERE, other);
        exchange(columns, other);
        try {
            assertRefused(Place.HERE);
            assertRefused(other);
        } finally {
            exchange(columns, other);
        }
        assertReads(Place.HERE, other);
    }

    private static void exchange(List<String> columns, Place other) {
        String select = "select " + String.join(", ", columns)
                + " from secret_version where tenant_id = ? and path = ? and version = ?";
        Map<String, Object> here = sql.rows(select, Place.HERE.key()).getFirst();
        Map<String, Object> there = sql.rows(select, other.key()).getFirst();
        put(Place.HERE, there);
        put(other, here);
    }

    private static void put(Place place, Map<String, Object> values) {
        values.forEach((column, value) -> assertThat(sql.update(
                        "update secret_version set " + column + " = ? where tenant_id = ? and path = ? and version = ?",
                        value,
                        place.key()[0],
                        place.key()[1],
                        place.key()[2]))
                .isEqualTo(1));
    }

    @Test
    void exchangedTenantKeys_failBothReads_untilTheyAreBack() {
        assertReads(Place.HERE, Place.OTHER_TENANT);
        exchangeTenantKeys();
        try {
            assertRefused(Place.HERE);
            assertRefused(Place.OTHER_TENANT);
        } finally {
            exchangeTenantKeys();
        }
        assertReads(Place.HERE, Place.OTHER_TENANT);
    }

    private static void exchangeTenantKeys() {
        assertThat(sql.update("""
                update tenant_key k set wrapped_key = (
                    select o.wrapped_key from tenant_key o
                    where o.tenant_id = case k.tenant_id when 'tnt_swap-a' then 'tnt_swap-b' else 'tnt_swap-a' end and o.state = 'active')
                where k.tenant_id in ('tnt_swap-a', 'tnt_swap-b') and k.state = 'active'
                """)).isEqualTo(2);
    }

    @Test
    void exchangedPartnerKeys_failBothReads_untilTheyAreBack() {
        assertReads(Place.HERE, Place.OTHER_PARTNER);
        exchangePartnerKeys();
        try {
            assertRefused(Place.HERE);
            assertRefused(Place.OTHER_PARTNER);
        } finally {
            exchangePartnerKeys();
        }
        assertReads(Place.HERE, Place.OTHER_PARTNER);
    }

    /** What is remembered of the old keys is discarded as after any change of keys. */
    private static void exchangePartnerKeys() {
        assertThat(sql.update("""
                update partner_key k set wrapped_key = (
                    select o.wrapped_key from partner_key o
                    where o.partner_id = case k.partner_id when 'ptn_swap' then 'ptn_swap-else' else 'ptn_swap' end and o.state = 'active')
                where k.partner_id in ('ptn_swap', 'ptn_swap-else') and k.state = 'active'
                """)).isEqualTo(2);
        sql.update("update tenant set epoch = epoch + 1 where tenant_id in ('tnt_swap-a', 'tnt_swap-b', 'tnt_swap-c')");
    }

    private static void assertReads(Place... places) {
        for (Place place : places) {
            assertThat(place.read().expect(200).json().at("/data/value").stringValue())
                    .isEqualTo(place.value());
        }
    }

    private static void assertRefused(Place place) {
        String requestId = AuditRow.newRequestId();
        ApiClient.Reply reply = place.read("X-Request-ID", requestId).expect(500, "integrity_failure");
        Leaks.assertNone(place.name(), reply.body(), "value-of-");
        assertThat(AuditRow.of(server, requestId)).singleElement().satisfies(row -> {
            assertThat(row.text("error_code")).isEqualTo("integrity_failure");
            assertThat(row.text("secret_path")).isEqualTo(place.path);
            assertThat(row.success()).isFalse();
        });
        ApiClient.Reply batch = place.owner()
                .post(
                        "/v1/secrets/batch",
                        Map.of("paths", List.of(place.path), "options", Map.of("version", place.version)))
                .expect(200);
        Leaks.assertNone(place.name(), batch.body(), "value-of-");
        assertThat(batch.body()).contains("integrity_failure");
    }
}
