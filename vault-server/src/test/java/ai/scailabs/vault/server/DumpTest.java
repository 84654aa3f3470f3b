package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.crypto.envelope.KeyWrap;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKeySet;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kms.local.LocalFileRootKey;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.testkit.TestPostgres;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.slf4j.LoggerFactory;

/** What leaves the service other than to the caller: the database, logs, metrics. None of it holds a value, a key or a token. */
class DumpTest {
    private static final String CANARY = "DUMP-CANARY-0b5d31c6";

    private static RunningServer server;
    private static String dump;
    private static String metrics;
    private static final Recorder LOG = new Recorder();
    private static final List<String> TOKENS = new ArrayList<>();

    @BeforeAll
    static void serve() throws Exception {
        server = RunningServer.start(TestPostgres.migratedDatabase(Schema::migrate), Map.of("LOG_LEVEL", "debug"));
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        LOG.setContext(root.getLoggerContext());
        LOG.start();
        root.addAppender(LOG);
        root.setLevel(Level.DEBUG);
        for (String[] tenant : new String[][] {{"dump-a", "dump"}, {"dump-b", "dump"}, {"dump-c", "dump-else"}}) {
            use(tenant[0], server.owner(tenant[0], tenant[1]));
        }
        metrics = server.owner("dump-a", "dump").get("/v1/metrics").expect(200).body();
        dump = dump();
        root.detachAppender(LOG);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void use(String folder, ApiClient owner) {
        TOKENS.add(String.valueOf(owner.token()));
        String small = folder + "/small";
        String large = folder + "/large";
        for (String base : List.of("/v1/secrets/", "/v1/partner/secrets/")) {
            owner.put(base + small, Map.of("data", Map.of("password", CANARY)));
            owner.put(base + small, Map.of("data", Map.of("password", CANARY + "-second")));
            owner.put(
                    base + large,
                    Map.of(
                            "data",
                            Map.of("list", List.of(CANARY, CANARY.repeat(10_000)), "deep", Map.of(CANARY, CANARY))));
            owner.get(base + small).expect(200);
            owner.get(base + large).expect(200);
            owner.post(base + "batch", Map.of("paths", List.of(small, large))).expect(200);
            owner.delete(base + large).expect(200);
            owner.delete(base + small + "?version=1").expect(200);
        }
        // What is refused must not be remembered either.
        owner.put("/v1/secrets/" + small, "{\"data\":{\"password\":\"" + CANARY + "\"");
        owner.put("/v1/secrets/" + small, "{\"data\":\"" + CANARY + "\"}");
        owner.put("/v1/secrets/" + small, "{\"data\":{},\"options\":{\"expires_in\":\"" + CANARY + "\"}}");
        owner.put("/v1/secrets/" + small, "{\"data\":{},\"secret_type\":\"" + CANARY + "\"}");
        owner.put("/v1/secrets/" + small, Map.of("data", Map.of()), "If-Match", CANARY);
        owner.put("/v1/secrets/" + small, Map.of("data", Map.of("a", CANARY)), "Content-Type", "text/" + CANARY);
        owner.get("/v1/secrets/" + CANARY);
        owner.get("/v1/secrets?cursor=" + CANARY);
        owner.get("/v1/secrets?" + CANARY + "=1");
        owner.post("/v1/secrets/batch", Map.of("paths", List.of(CANARY)));
        owner.post("/v1/policies", "{\"name\":\"x\",\"rules\":\"" + CANARY + "\"}");
        server.client(CANARY + "." + CANARY + "." + CANARY)
                .get("/v1/secrets/" + small)
                .expect(401);
        owner.get("/v1/secrets/" + small, "X-Forwarded-For", CANARY, "X-Tenant-ID", CANARY, "Cookie", CANARY);
        // Advisories CVE-2024-8365 and CVE-2024-2877: a header that nobody has thought of is not recorded.
        for (String header : List.of(
                "X-Made-Up",
                "X-Vault-Token",
                "X-Api-Key",
                "Proxy-Authorization",
                "X-Amz-Security-Token",
                "Referer",
                "Origin",
                "From",
                "Accept",
                "Accept-Language",
                "If-Match",
                "If-None-Match",
                "Idempotency-Key",
                "Range",
                "Forwarded",
                "Via",
                "Traceparent",
                "Baggage",
                "X-Request-ID",
                "X-Correlation-ID",
                "X-" + CANARY)) {
            owner.get("/v1/secrets/" + small, header, CANARY);
            owner.put("/v1/secrets/" + small, Map.of("data", Map.of()), header, CANARY);
            server.client(null).get("/v1/secrets/" + small, header, CANARY);
        }
    }

    private static String dump() throws Exception {
        StringWriter all = new StringWriter();
        List<String> tables = Sql.superuser(server)
                .rows(
                        "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')")
                .stream()
                .map(row -> String.valueOf(row.values().iterator().next()))
                .toList();
        assertThat(tables)
                .contains(
                        "public.secret",
                        "public.secret_version",
                        "public.tenant_key",
                        "public.partner_key",
                        "public.policy");
        try (Connection connection = server.database().superuser().dataSource().getConnection()) {
            for (String table : tables) {
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut("copy (select * from " + table + ") to stdout", all);
            }
        }
        return all.toString();
    }

    @Test
    void dump_holdsNoValue() {
        assertThat(dump).hasSizeGreaterThan(200_000).contains("dump-a/small").contains("dump-c");
        assertAbsent("the dump", dump, CANARY.getBytes(StandardCharsets.UTF_8));
        assertAbsent("the dump", dump, "\"password\"".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void dump_holdsNoTokenAndNoDatabasePassword() {
        for (String token : TOKENS) {
            assertThat(dump).doesNotContain(token).doesNotContain(token.substring(token.lastIndexOf('.') + 1));
        }
        assertThat(dump).doesNotContain(server.database().app().password());
    }

    @Test
    void dump_holdsNoKeyOfAnyLevel() throws IOException {
        Map<String, byte[]> keys = keys();
        assertThat(keys.keySet()).anyMatch(name -> name.startsWith("root"));
        assertThat(keys.keySet()).filteredOn(name -> name.startsWith("partner")).hasSize(2);
        // Three tenants and two shared spaces.
        assertThat(keys.keySet()).filteredOn(name -> name.startsWith("tenant")).hasSize(5);
        assertThat(keys.keySet()).filteredOn(name -> name.startsWith("data")).hasSizeGreaterThanOrEqualTo(10);
        keys.forEach((name, key) -> {
            assertAbsent("the dump, of " + name, dump, key);
            assertAbsent("the log, of " + name, LOG.text(), key);
        });
    }

    /** Opens the whole chain with the root key, as docs/crypto-format.md tells. */
    private static Map<String, byte[]> keys() throws IOException {
        Map<String, byte[]> keys = new LinkedHashMap<>();
        keys.put("root", Files.readAllBytes(server.rootKeyFile()));
        RootKeySet root = new RootKeySet(
                List.of(LocalFileRootKey.open(server.rootKeyFile(), new SecureRandom(), true)), Duration.ofSeconds(1));
        Sql sql = Sql.superuser(server);
        for (Map<String, Object> row : sql.rows("select partner_id, key_id, wrapped_key from partner_key")) {
            String partner = (String) row.get("partner_id");
            KeyId id = KeyId.of((UUID) row.get("key_id"));
            try (KeyMaterial key = root.unwrap(
                    onlyPart((byte[]) row.get("wrapped_key")), new WrapContext(partner, id, "partner-key"))) {
                keys.put("partner " + id, key.exposeBytes().clone());
            }
        }
        for (Map<String, Object> row : sql.rows("select * from tenant_key")) {
            KeyId id = KeyId.of((UUID) row.get("key_id"));
            byte[] place =
                    place("tenant-key", (String) row.get("tenant_id"), (String) row.get("partner_id"), 0, id.bytes());
            keys.put(
                    "tenant " + id,
                    opened(
                            keys.get("partner " + KeyId.of((UUID) row.get("partner_key_id"))),
                            (byte[]) row.get("wrapped_key"),
                            place));
        }
        for (Map<String, Object> row : sql.rows("select * from secret_version where ciphertext is not null")) {
            byte[] dataKeyId = Arrays.copyOfRange((byte[]) row.get("ciphertext"), 1, 17);
            byte[] place = place(
                    "value-key",
                    (String) row.get("tenant_id"),
                    (String) row.get("path"),
                    (Integer) row.get("version"),
                    dataKeyId);
            keys.put(
                    "data " + HexFormat.of().formatHex(dataKeyId),
                    opened(
                            keys.get("tenant " + KeyId.of((UUID) row.get("tenant_key_id"))),
                            (byte[]) row.get("wrapped_data_key"),
                            place));
        }
        return keys;
    }

    /** What the one root key there is has given. */
    private static byte[] onlyPart(byte[] wraps) {
        assertThat(wraps).startsWith(0x20, 1);
        int name = 3 + wraps[2];
        ByteBuffer length = ByteBuffer.wrap(wraps, name, 2);
        byte[] part = Arrays.copyOfRange(wraps, name + 2, wraps.length);
        assertThat(part).hasSize(length.getShort());
        return part;
    }

    private static byte[] opened(byte[] wrappingKey, byte[] wrapped, byte[] place) {
        try (KeyMaterial wrapping = KeyMaterial.copyOf(wrappingKey);
                KeyMaterial key = KeyWrap.unwrap(wrapping, wrapped, Arrays.copyOf(wrapped, 17), place)) {
            return key.exposeBytes().clone();
        }
    }

    private static byte[] place(String purpose, String owner, String where, int version, byte[] keyId) {
        ByteBuffer place = ByteBuffer.allocate(1_024);
        for (String text : List.of(purpose, owner, where)) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            place.putShort((short) bytes.length).put(bytes);
        }
        place.putInt(version).put(keyId);
        return Arrays.copyOf(place.array(), place.position());
    }

    @Test
    void log_holdsNoValueNoTokenAndNoPassword() {
        String log = LOG.text();
        assertThat(LOG.lines).isNotEmpty();
        assertAbsent("the log", log, CANARY.getBytes(StandardCharsets.UTF_8));
        for (String token : TOKENS) {
            assertThat(log).doesNotContain(token).doesNotContain(token.substring(token.lastIndexOf('.') + 1));
        }
        assertThat(log).doesNotContain(server.database().app().password());
    }

    @Test
    void metrics_holdNoValueNoTokenAndNoPath() {
        assertThat(metrics)
                .contains("scaivault_requests_total")
                .contains("scaivault_secret_reads_total")
                .doesNotContain(CANARY)
                .doesNotContain("/small")
                .doesNotContain("owner@");
    }

    /** As it is, in hexadecimal, and in Base64 wherever in a text it may begin. */
    private static void assertAbsent(String where, String text, byte[] bytes) {
        List<String> forms = new ArrayList<>();
        forms.add(new String(bytes, StandardCharsets.ISO_8859_1));
        forms.add(HexFormat.of().formatHex(bytes));
        forms.add(HexFormat.of().withUpperCase().formatHex(bytes));
        for (int shift = 0; shift < 3; shift++) {
            byte[] shifted = new byte[bytes.length + shift];
            System.arraycopy(bytes, 0, shifted, shift, bytes.length);
            String standard = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            String inner = standard.substring(shift == 0 ? 0 : 4, standard.length() - 2);
            forms.add(inner);
            forms.add(inner.replace('+', '-').replace('/', '_'));
        }
        forms.forEach(form ->
                assertThat(text.contains(form)).as("%s holds %s", where, form).isFalse());
    }

    private static final class Recorder extends AppenderBase<ILoggingEvent> {
        private final Queue<String> lines = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            String cause =
                    event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
            lines.add(event.getLoggerName() + " " + event.getFormattedMessage() + " " + event.getMDCPropertyMap() + " "
                    + cause);
        }

        String text() {
            return lines.stream().collect(Collectors.joining("\n"));
        }
    }
}
