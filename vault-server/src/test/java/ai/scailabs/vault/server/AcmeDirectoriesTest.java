package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.AcmeWays.Wrong;
import ai.scailabs.vault.testkit.TestAcme;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Orders at a directory of our own that is strict, and has the ways of others than Let's Encrypt; or means no good. */
class AcmeDirectoriesTest {
    private static final RunningServer server = RunningServer.shared();

    private final TestAcme directory = TestAcme.answeredAt(server.acmeHttpPort());

    @AfterEach
    void end() {
        directory.close();
    }

    /** Everything that a client may ask, by an account of either kind: nothing of it is refused. */
    @Test
    void whatIsAsked_isAsTheStandardHasIt() throws Exception {
        ApiClient owner = owner("ways-strict");
        for (String keys : List.of("ec", "rsa")) {
            Map<String, Object> body = Pebbles.account(directory.directory(), directory.certificate());
            body.put("key_type", keys);
            JsonNode made =
                    owner.post("/v1/pki/acme/accounts", body).expect(201).json();
            assertThat(made.get("terms_of_service_url").stringValue()).isEqualTo("https://strict.example.test/terms");
            String account = made.get("id").stringValue();
            owner.patch("/v1/pki/acme/accounts/" + account, Map.of("email", "others@example.org"))
                    .expect(200);
            owner.post("/v1/pki/acme/accounts/" + account + "/rotate-key", Map.of())
                    .expect(200);
            Map<String, Object> wish =
                    Pebbles.order(account, "http-01", "one." + keys + ".example.test", "192.0.2.7", "2001:db8::7");
            wish.put("key_type", keys);
            String order = Pebbles.ordered(owner, wish);
            Pebbles.valid(owner, order);
            JsonNode revoked = owner.post("/v1/pki/acme/orders/" + order + "/revoke", Map.of("reason", "superseded"))
                    .expect(200)
                    .json();
            assertThat(directory.revoked())
                    .contains(revoked.get("serial_number")
                            .stringValue()
                            .replace(":", "")
                            .toLowerCase(Locale.ROOT)
                            // As a number is written.
                            .replaceFirst("^0+", ""));
            owner.patch(
                            "/v1/pki/acme/certificates/"
                                    + Pebbles.over(owner, order)
                                            .get("certificate_id")
                                            .stringValue(),
                            Map.of("auto_renew", false))
                    .expect(200);
        }
        assertThat(directory.refused()).isEmpty();
        assertThat(directory.early()).isZero();
    }

    @Test
    void namesThatWereProvedBefore_areNotProvedAgain() {
        directory.ways().reusing();
        ApiClient owner = owner("ways-reused");
        String account = Pebbles.register(owner, directory);
        ordered(owner, account, "again.example.test");
        long proofs = asked("POST /challenge/");
        assertThat(proofs).isPositive();
        ordered(owner, account, "again.example.test");
        assertThat(asked("POST /challenge/")).isEqualTo(proofs);
        // Of two names one is new.
        ordered(owner, account, "again.example.test", "new.example.test");
        assertThat(asked("POST /challenge/")).isEqualTo(2 * proofs);
        assertThat(directory.refused()).isEmpty();
    }

    @Test
    void orderThatIsReadyAtOnce_isFinalized_andNothingIsProved() {
        directory.ways().readyAtOnce().synchronous();
        ApiClient owner = owner("ways-ready");
        ordered(owner, Pebbles.register(owner, directory), "ready.example.test");
        assertThat(asked("POST /challenge/")).isZero();
        assertThat(asked("POST /authorization/")).isZero();
        assertThat(steps("ways-ready")).containsExactly("placed", "names_proved", "finalized", "issued");
        assertThat(directory.refused()).isEmpty();
    }

    @Test
    void certificateThatIsMadeInTheCall_isFetchedAtOnce() {
        directory.ways().synchronous();
        ApiClient owner = owner("ways-synchronous");
        String account = Pebbles.register(owner, directory);
        JsonNode done = ordered(owner, account, "synchronous.example.test");
        assertThat(done.get("attempts").intValue()).isZero();
        assertThat(directory.refused()).isEmpty();
    }

    /** For 20 s, by a clock; the slow set waits for it. */
    @Test
    void orderThatIsAtWork_saysSo_andIsAskedAboutWhenItsDirectoryWants() {
        directory.ways().processing(Duration.ofSeconds(20));
        ApiClient owner = owner("ways-processing");
        String order = begun(owner, Pebbles.register(owner, directory), "processing.example.test");
        JsonNode waits = until(
                owner,
                order,
                found -> found.get("status").stringValue().equals("processing")
                        && in(found).compareTo(Duration.ofSeconds(10)) > 0);
        assertThat(in(waits)).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(21));
        assertThat(waits.get("error").isNull()).isTrue();
        assertThat(waits.get("attempts").intValue()).isZero();
        assertThat(waits.get("version").isNull()).isTrue();
        owner.get("/v1/pki/acme/orders/" + order + "/certificate").expect(409, "conflict");
        long asked = asked("POST /order/");
        directory.ways().later(Duration.ofSeconds(20));
        hurry("ways-processing");
        Pebbles.valid(owner, order);
        assertThat(asked("POST /order/")).isEqualTo(asked + 1);
        assertThat(directory.early()).isZero();
        assertThat(directory.refused()).isEmpty();
    }

    /** The same in the time that it takes. */
    @Test
    @Tag("slow")
    void orderThatIsAtWorkForTwentySeconds_isAskedAboutAfterThem() {
        directory.ways().processing(Duration.ofSeconds(20));
        ApiClient owner = owner("ways-twenty");
        JsonNode done = ordered(owner, Pebbles.register(owner, directory), "twenty.example.test");
        Duration took = Duration.between(
                Instant.parse(done.get("created_at").stringValue()),
                Instant.parse(done.get("finished_at").stringValue()));
        assertThat(took).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(35));
        assertThat(directory.early()).isZero();
        assertThat(directory.refused()).isEmpty();
    }

    @Test
    void orderThatIsAtWork_whoseDirectorySaysNothingOfTime_isAskedAboutOften() {
        directory.ways().processing(Duration.ofSeconds(1)).sayingNothingOfTime();
        ApiClient owner = owner("ways-silent");
        ordered(owner, Pebbles.register(owner, directory), "silent.example.test");
        assertThat(asked("POST /order/")).isBetween(4L, 12L);
    }

    /** Of the account's second page. */
    @Test
    void orderThatWasSentBeforeAnAccident_isFound_andNotPlacedTwice() {
        directory.ways().linesJoined();
        ApiClient owner = owner("ways-found");
        String account = Pebbles.register(owner, directory);
        for (int i = 0; i < 4; i++) {
            ordered(owner, account, "earlier-" + i + ".example.test");
        }
        directory.ways().saying("/authorization/", 503, "text/html", "<html>later</html>");
        String order = begun(owner, account, "found.example.test");
        until(owner, order, found -> found.get("attempts").intValue() > 0);
        directory.ways().sayingWhatItShould();
        long placed = asked("POST /new-order");
        Sql.superuser(server)
                .update(
                        "update acme_order set stage = 'new', sent = true, order_url = null, next_attempt_at = now() where tenant_id = 'tnt_ways-found' and stage = 'authorize'");
        Pebbles.valid(owner, order);
        assertThat(steps("ways-found")).contains("found");
        assertThat(asked("POST /new-order")).isEqualTo(placed);
        assertThat(directory.refused()).isEmpty();
    }

    /** As Boulder does: who orders the same while an order is open gets that one. Each of ours makes a certificate of its own. */
    @Test
    void orderThatTheDirectoryGivesTwice_isOneOfOurs_andTheOtherWaits() throws Exception {
        directory.ways().sharingOrders();
        ApiClient owner = owner("ways-shared");
        String account = Pebbles.register(owner, directory);
        directory.ways().saying("/authorization/", 503, "text/html", "<html>later</html>");
        String first = begun(owner, account, "shared.example.test");
        String second = begun(owner, account, "shared.example.test");
        until(owner, first, found -> found.get("attempts").intValue() > 0);
        until(owner, second, found -> found.get("attempts").intValue() > 0);
        Set<String> problems = new HashSet<>();
        for (String each : List.of(first, second)) {
            problems.add(owner.get("/v1/pki/acme/orders/" + each)
                    .json()
                    .at("/error/type")
                    .stringValue());
        }
        assertThat(problems)
                .containsExactlyInAnyOrder("urn:scaivault:acme:unavailable", "urn:scaivault:acme:orderShared");
        directory.ways().sayingWhatItShould();
        Set<String> serials = new HashSet<>();
        for (String each : List.of(first, second)) {
            hurryUntilOver(owner, "ways-shared", each);
            serials.add(leaf(owner, each).getSerialNumber().toString(16));
        }
        assertThat(serials).hasSize(2);
        assertThat(directory.refused()).isEmpty();
    }

    @Test
    void orderThatComesToNothingWhileAtWork_ends_andSaysWhy() {
        directory.ways().failing("serverInternal");
        ApiClient owner = owner("ways-fails");
        JsonNode done = Pebbles.over(owner, begun(owner, Pebbles.register(owner, directory), "fails.example.test"));
        assertThat(done.get("status").stringValue()).isEqualTo("invalid");
        assertThat(done.at("/error/type").stringValue()).isEqualTo("urn:ietf:params:acme:error:serverInternal");
        assertThat(done.at("/error/detail").stringValue()).isEqualTo("the directory thought better of it");
        assertThat(steps("ways-fails")).endsWith("finalized", "failed");
        assertNoKeyIsLeft("ways-fails");
    }

    /** For ever: nobody waits for that. */
    @Test
    void orderThatIsAtWorkBeyondItsTime_isGivenUp() {
        directory.ways().processing(Duration.ofDays(400));
        ApiClient owner = owner("ways-endless");
        String order = begun(owner, Pebbles.register(owner, directory), "endless.example.test");
        JsonNode waits = until(
                owner,
                order,
                found -> found.get("status").stringValue().equals("processing")
                        && in(found).compareTo(Duration.ofHours(1)) > 0);
        // Whatever it says of time, it is looked at within a day.
        assertThat(in(waits)).isLessThanOrEqualTo(Duration.ofDays(1));
        Sql.superuser(server)
                .update(
                        "update acme_order set stage_since = stage_since - interval '1 day', next_attempt_at = now() where tenant_id = 'tnt_ways-endless'");
        JsonNode done = Pebbles.over(owner, order);
        assertThat(done.get("status").stringValue()).isEqualTo("invalid");
        assertThat(done.at("/error/type").stringValue()).isEqualTo("urn:scaivault:acme:timeout");
        assertNoKeyIsLeft("ways-endless");
    }

    /** None of them is kept, and none begins anything anew. */
    @Test
    void certificateForAnotherKey_forOtherNames_orWhoseTimeIsOver_isRefused() {
        ApiClient owner = owner("ways-wrong");
        String account = Pebbles.register(owner, directory);
        for (Map.Entry<Wrong, String> wrong : Map.of(
                        Wrong.KEY, "the directory gave a certificate for another key",
                        Wrong.NAMES, "the directory gave a certificate without wrong.example.test",
                        Wrong.OVER, "the directory gave a certificate whose time is over")
                .entrySet()) {
            directory.ways().wrong(wrong.getKey());
            String order = begun(owner, account, "wrong.example.test");
            JsonNode done = Pebbles.over(owner, order);
            assertThat(done.get("status").stringValue()).isEqualTo("invalid");
            assertThat(done.at("/error/type").stringValue()).isEqualTo("urn:scaivault:acme:unexpected");
            assertThat(done.at("/error/detail").stringValue()).isEqualTo(wrong.getValue());
            owner.get("/v1/pki/acme/orders/" + order + "/certificate").expect(409, "conflict");
        }
        assertThat(Sql.superuser(server)
                        .value("select count(*) from acme_certificate_version where tenant_id = 'tnt_ways-wrong'"))
                .isEqualTo(0L);
        assertNoKeyIsLeft("ways-wrong");
    }

    @Test
    void certificateThatIsNotThereYet_isFetchedAgain() {
        directory.ways().late(2);
        ApiClient owner = owner("ways-late");
        String order = begun(owner, Pebbles.register(owner, directory), "late.example.test");
        JsonNode waits = until(owner, order, found -> found.get("attempts").intValue() == 1);
        assertThat(waits.get("status").stringValue()).isEqualTo("processing");
        assertThat(waits.at("/error/type").stringValue()).isEqualTo("urn:ietf:params:acme:error:malformed");
        assertThat(in(waits)).isLessThan(Duration.ofSeconds(10));
        hurryUntilOver(owner, "ways-late", order);
        assertThat(Pebbles.valid(owner, order).get("attempts").intValue()).isEqualTo(2);
    }

    @Test
    void limitOfTheDirectory_isWaitedFor_asLongAsItSays() {
        directory.ways().limiting(1, Duration.ofHours(2));
        ApiClient owner = owner("ways-limited");
        String order = begun(owner, Pebbles.register(owner, directory), "limited.example.test");
        JsonNode waits = until(owner, order, found -> found.get("attempts").intValue() == 1);
        assertThat(waits.get("status").stringValue()).isEqualTo("pending");
        assertThat(waits.at("/error/type").stringValue()).isEqualTo("urn:ietf:params:acme:error:rateLimited");
        assertThat(in(waits)).isBetween(Duration.ofMinutes(119), Duration.ofMinutes(121));
        hurry("ways-limited");
        Pebbles.valid(owner, order);
        assertThat(asked("POST /new-order")).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"true, urn:ietf:params:acme:error:serverInternal", "false, urn:scaivault:acme:unavailable"})
    void busyDirectory_isAskedAgain_whenItSays(boolean problem, String type) {
        directory.ways().busy(1, Duration.ofHours(2), problem);
        ApiClient owner = owner("ways-busy-" + problem);
        String order = begun(owner, Pebbles.register(owner, directory), "busy.example.test");
        JsonNode waits = until(owner, order, found -> found.get("attempts").intValue() == 1);
        assertThat(waits.get("status").stringValue()).isEqualTo("pending");
        assertThat(waits.at("/error/type").stringValue()).isEqualTo(type);
        assertThat(in(waits)).isBetween(Duration.ofMinutes(119), Duration.ofMinutes(121));
        hurry("ways-busy-" + problem);
        Pebbles.valid(owner, order);
    }

    /** In either way of writing what there is besides; and a chain that is named and lost is none. */
    @Test
    void otherChain_isTakenWhereItIsWanted_andTheFirstWhereItCannotBeHad() throws Exception {
        ApiClient owner = owner("ways-chains");
        String account = Pebbles.register(owner, directory);
        assertThat(rootOf(owner, account, TestAcme.root(2))).isEqualTo("CN=" + TestAcme.root(2));
        directory.ways().linesJoined();
        assertThat(rootOf(owner, account, TestAcme.root(1))).isEqualTo("CN=" + TestAcme.root(1));
        assertThat(rootOf(owner, account, "a root that there is not")).isEqualTo("CN=" + TestAcme.root(0));
        directory.ways().alternatesLost();
        assertThat(rootOf(owner, account, TestAcme.root(2))).isEqualTo("CN=" + TestAcme.root(0));
    }

    private String rootOf(ApiClient owner, String account, String preferred) throws Exception {
        Map<String, Object> wish = Pebbles.order(account, "http-01", "chains.example.test");
        wish.put("preferred_chain", preferred);
        String order = Pebbles.ordered(owner, wish);
        Pebbles.valid(owner, order);
        JsonNode chain = owner.get("/v1/pki/acme/orders/" + order + "/certificate")
                .expect(200)
                .json();
        JsonNode above = chain.get("ca_chain");
        return certificate(above.get(above.size() - 1).stringValue())
                .getIssuerX500Principal()
                .getName();
    }

    /** Nothing of what it says is shown beyond a line, and nothing of it stays. */
    @Test
    void directoryThatAnswersNonsense_isNotAvailable() {
        ApiClient owner = owner("ways-nonsense");
        Map<String, Object> body = Pebbles.account(directory.directory(), directory.certificate());
        for (Map.Entry<String, String> nonsense : List.of(
                Map.entry("text/html", "<html>NONSENSE</html>"),
                Map.entry("application/json", "<html>NONSENSE</html>"),
                Map.entry("application/json", "{\"newNonce\":\"NONSENSE"),
                Map.entry("application/json", "[\"NONSENSE\"]"),
                Map.entry("application/json", "{\"newNonce\":\"NONSENSE\",\"newAccount\":7}"),
                Map.entry("application/json", "{\"newNonce\":\"" + "NONSENSE".repeat(40_000) + "\"}"),
                Map.entry("application/json", "[".repeat(200_000)))) {
            directory.ways().saying("/directory", 200, nonsense.getKey(), nonsense.getValue());
            ApiClient.Reply reply = owner.post("/v1/pki/acme/accounts", body);
            reply.expect(502, "backend_unavailable");
            assertThat(reply.body()).hasSizeLessThan(1_500);
        }
        directory.ways().sayingWhatItShould();
        owner.post("/v1/pki/acme/accounts", body).expect(201);
    }

    /** At every step of an order: it waits, and goes on where it was. */
    @Test
    void directoryThatAnswersNonsenseMeanwhile_isAskedAgain_andTheOrderGoesOn() {
        ApiClient owner = owner("ways-meanwhile");
        String account = Pebbles.register(owner, directory);
        for (String path :
                List.of("/new-order", "/order/", "/authorization/", "/challenge/", "/finalize/", "/certificate/")) {
            for (String nonsense : List.of("<html>busy</html>", "{\"status\":7", "x".repeat(300_000))) {
                directory.ways().saying(path, 200, "application/json", nonsense);
            }
            String order = begun(owner, account, "meanwhile.example.test");
            JsonNode waits = until(owner, order, found -> found.get("attempts").intValue() > 0);
            assertThat(waits.get("status").stringValue()).as(path).isIn("pending", "processing");
            assertThat(waits.at("/error/type").stringValue()).as(path).isEqualTo("urn:scaivault:acme:unavailable");
            directory.ways().sayingWhatItShould();
            hurryUntilOver(owner, "ways-meanwhile", order);
            Pebbles.valid(owner, order);
        }
    }

    private ApiClient owner(String tenant) {
        return server.owner(tenant, tenant);
    }

    private static String begun(ApiClient owner, String account, String... names) {
        Map<String, Object> wish = Pebbles.order(account, "http-01", names);
        wish.put("auto_renew", false);
        return Pebbles.ordered(owner, wish);
    }

    private static JsonNode ordered(ApiClient owner, String account, String... names) {
        return Pebbles.valid(owner, begun(owner, account, names));
    }

    private long asked(String beginning) {
        return directory.asked().stream()
                .filter(each -> each.startsWith(beginning))
                .count();
    }

    private static Duration in(JsonNode order) {
        JsonNode next = order.get("next_attempt_at");
        return next.isNull() ? Duration.ZERO : Duration.between(Instant.now(), Instant.parse(next.stringValue()));
    }

    /** What waits is due now. */
    private static void hurry(String tenant) {
        Sql.superuser(server)
                .update(
                        "update acme_order set next_attempt_at = now() where tenant_id = ? and stage <> 'done'",
                        "tnt_" + tenant);
    }

    private static void hurryUntilOver(ApiClient owner, String tenant, String order) {
        until(owner, order, found -> {
            hurry(tenant);
            return found.get("next_attempt_at").isNull();
        });
    }

    private static JsonNode until(ApiClient owner, String order, Predicate<JsonNode> wanted) {
        long begin = System.nanoTime();
        JsonNode found = owner.get("/v1/pki/acme/orders/" + order).expect(200).json();
        while (!wanted.test(found)) {
            if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(30)) {
                throw new AssertionError(found.toString());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            found = owner.get("/v1/pki/acme/orders/" + order).expect(200).json();
        }
        return found;
    }

    private static List<String> steps(String tenant) {
        return Sql.superuser(server)
                .rows(
                        "select extra_data ->> 'step' as step from audit_log where tenant_id = ? and action = 'pki_acme_order_step' order by occurred_at, log_id",
                        "tnt_" + tenant)
                .stream()
                .map(row -> String.valueOf(row.get("step")))
                .toList();
    }

    /** But those of accounts. */
    private static void assertNoKeyIsLeft(String tenant) {
        assertThat(Sql.superuser(server)
                        .value(
                                "select count(*) from acme_key k where k.tenant_id = ? and not exists (select from acme_account a where a.tenant_id = k.tenant_id and a.key_id = k.key_id)",
                                "tnt_" + tenant))
                .isEqualTo(0L);
    }

    private static X509Certificate leaf(ApiClient owner, String order) throws Exception {
        return certificate(owner.get("/v1/pki/acme/orders/" + order + "/certificate")
                .expect(200)
                .json()
                .get("certificate")
                .stringValue());
    }

    private static X509Certificate certificate(String pem) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }
}
