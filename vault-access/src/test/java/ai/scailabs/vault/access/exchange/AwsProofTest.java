package ai.scailabs.vault.access.exchange;

import static ai.scailabs.vault.access.AccessDatabase.ACME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.scailabs.vault.access.trust.AwsRegions;
import ai.scailabs.vault.access.trust.Trust;
import ai.scailabs.vault.access.trust.TrustDraft;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedHttp;
import ai.scailabs.vault.outbound.http.TlsServer;
import ai.scailabs.vault.testkit.TestAuthority;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Identity proofs of AWS, against a service that verifies signatures over TLS. Advisories CVE-2020-16250, CVE-2025-49827, CVE-2025-49831. */
class AwsProofTest {
    private static final String REGION = "eu-west-1";
    private static final String KEY = "ASIAEXAMPLEEXAMPLE01";
    private static final String SECRET = "not-a-secret-outside-tests/K7MDENG";
    private static final String SESSION = "FwoGZXIvYXdzEXAMPLE+/=";
    private static final String ARN = "arn:aws:sts::123456789012:assumed-role/deployer/build-7";
    private static final String BODY = "Action=GetCallerIdentity&Version=2011-06-15";
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final TestAuthority AUTHORITY = new TestAuthority("sts-test");

    private static StrictSts sts;
    private static GuardedHttp http;
    private static ExchangeSetup setup;
    private static Trust trust;

    @BeforeAll
    static void start() {
        sts = new StrictSts(AUTHORITY, REGION);
        http = new GuardedHttp(new AddressRule(AddressRule.LOOPBACK), TlsServer.trusting(AUTHORITY));
        setup = new ExchangeSetup(AwsProofTest::endpoint, http);
        trust = setup.create(ACME, aws("aws", List.of("arn:aws:sts::123456789012:assumed-role/deployer/*"), REGION));
    }

    private static Optional<URI> endpoint(String region) {
        return region.equals(REGION) || region.equals("us-east-1") ? Optional.of(sts.endpoint()) : Optional.empty();
    }

    @AfterAll
    static void stop() {
        setup.close();
        http.close();
        sts.close();
    }

    @BeforeEach
    void knowCallers() {
        sts.answering(UnaryOperator.identity());
        sts.answeringWith(200);
        sts.know(KEY, SECRET, SESSION, ARN);
        sts.know("AKIAEXAMPLEEXAMPLE02", SECRET, null, "arn:aws:iam::123456789012:user/ci");
        sts.know("ASIAOTHERACCOUNT0001", SECRET, SESSION, ARN.replace("123456789012", "999999999999"));
    }

    @Test
    void signedQuestion_becomesTheIdentityOfTheTrust() {
        Exchanged exchanged = exchange(trust, new Signed().token());
        assertThat(exchanged.actor().identity().value()).isEqualTo("sa:deployer");
        assertThat(exchanged.actor().workload().issuer()).isEqualTo("https://sts.amazonaws.com");
        assertThat(exchanged.actor().workload().subject()).isEqualTo(ARN);
        assertThat(setup.authenticated(exchanged)).isEqualTo(exchanged.actor());
        assertThat(sts.seenHeaders())
                .containsExactlyInAnyOrder(
                        "Host",
                        "User-agent",
                        "Connection",
                        "Accept",
                        "Content-type",
                        "Content-length",
                        "X-amz-date",
                        "X-amz-security-token",
                        "X-scaivault-audience",
                        "Authorization");
    }

    @Test
    void longLivedKey_signsWithoutASessionToken() {
        Trust user = setup.create(ACME, aws("aws-user", List.of("arn:aws:iam::123456789012:user/ci"), REGION));
        Signed signed = new Signed();
        signed.key = "AKIAEXAMPLEEXAMPLE02";
        signed.session = null;
        assertThat(exchange(user, signed.token()).actor().workload().subject())
                .isEqualTo("arn:aws:iam::123456789012:user/ci");
    }

    @Test
    void questionThatWasSignedForSomethingElse_verifiesNowhere() {
        Map<String, String> tokens = new LinkedHashMap<>();
        tokens.put(
                "other audience",
                with(signed -> signed.audience = "https://other.example.test").token());
        tokens.put(
                "audience that was not signed",
                with(signed -> signed.signed.remove("x-scaivault-audience")).token());
        tokens.put(
                "host that was not signed",
                with(signed -> signed.signed.remove("host")).token());
        tokens.put(
                "one header more",
                with(signed -> signed.signed.put("x-amz-target", "x")).token());
        tokens.put(
                "other host", with(signed -> signed.host = "sts.amazonaws.com").token());
        tokens.put("other body", with(signed -> signed.body = BODY + "&X=1").token());
        tokens.put(
                "other action",
                with(signed -> signed.body = "Action=AssumeRole&Version=2011-06-15")
                        .token());
        tokens.put("other service", with(signed -> signed.service = "s3").token());
        tokens.put(
                "other region in the signature",
                with(signed -> signed.signedRegion = "us-east-1").token());
        tokens.put("other secret", with(signed -> signed.secret = "other").token());
        tokens.put(
                "unknown key",
                with(signed -> signed.key = "ASIANOBODYNOBODY0001").token());
        tokens.put("no session token", with(signed -> signed.session = null).token());
        tokens.put(
                "other session token", with(signed -> signed.session = "AAAA").token());
        tokens.put(
                "other date than signed",
                with(signed -> signed.signedAt = now().minusSeconds(60)).token());
        for (Map.Entry<String, String> each : tokens.entrySet()) {
            VaultException refusal = refusal(trust, each.getValue());
            assertThat(refusal.code()).as(each.getKey()).isEqualTo(ErrorCode.TOKEN_INVALID);
            assertThat(refusal.details()).as(each.getKey()).isEmpty();
        }
    }

    @Test
    void questionThatIsNotFresh_isNotEvenAsked() {
        int before = sts.asked();
        for (Duration age : List.of(Duration.ofSeconds(301), Duration.ofSeconds(-301), Duration.ofDays(1))) {
            Signed signed = new Signed();
            signed.date = now().minus(age);
            signed.signedAt = signed.date;
            assertThat(refusal(trust, signed.token()).evidence()).containsEntry("reason", "not_fresh");
        }
        Signed signed = new Signed();
        signed.date = now().minusSeconds(299);
        signed.signedAt = signed.date;
        assertThat(exchange(trust, signed.token())).isNotNull();
        assertThat(sts.asked()).isEqualTo(before + 1);
    }

    @Test
    void regionThatIsNotOfTheTrust_isNotAsked_andNoHostComesFromARequest() {
        int before = sts.asked();
        for (String region : List.of(
                "us-east-1", "eu-west-2", "eu-west-1.evil.example", "eu-west-1/../x", "", "EU-WEST-1", "eu-west-1#")) {
            Signed signed = new Signed();
            signed.region = region;
            signed.signedRegion = region;
            assertThat(refusal(trust, signed.token()).code()).as(region).isEqualTo(ErrorCode.TOKEN_INVALID);
        }
        assertThat(sts.asked()).isEqualTo(before);
        assertThat(AwsRegions.names()).hasSizeGreaterThan(30).allSatisfy(region -> {
            URI endpoint = AwsRegions.endpoint(region).orElseThrow();
            assertThat(endpoint.getScheme()).isEqualTo("https");
            assertThat(endpoint.getHost()).matches("sts\\." + region + "\\.amazonaws\\.com(\\.cn)?");
            assertThat(endpoint.getPath()).isEqualTo("/");
        });
        assertThat(AwsRegions.endpoint("eu-west-1.evil.example")).isEmpty();
    }

    @Test
    void partsThatAreMalformed_areNotAsked() {
        int before = sts.asked();
        Map<String, Object> good = new Signed().parts();
        List<Map<String, Object>> bad = List.of(
                changed(good, "access_key_id", "asia"),
                changed(good, "access_key_id", KEY + "/20261126"),
                changed(good, "access_key_id", KEY + "\r\nX-Evil: 1"),
                changed(good, "session_token", "a\r\nHost: evil"),
                changed(good, "session_token", "x".repeat(5_000)),
                changed(good, "date", "2026-11-26T00:00:00Z"),
                changed(good, "date", "20261399T000000Z"),
                changed(good, "signature", "ABC"),
                changed(good, "signature", 7),
                changed(good, "url", "https://evil.example"),
                changed(good, "headers", Map.of("host", "evil")),
                changed(good, "signed_headers", "host"),
                changed(good, "body", BODY));
        for (Map<String, Object> parts : bad) {
            assertThat(refusal(trust, encoded(parts)).code()).as("%s", parts).isEqualTo(ErrorCode.TOKEN_INVALID);
        }
        String json = JsonMapper.shared().writeValueAsString(good);
        for (String token : List.of(
                json,
                "e30",
                "bnVsbA",
                "W10",
                "!!!!",
                encoded(good) + "=",
                Base64.getUrlEncoder()
                        .encodeToString((json + "{}").getBytes(StandardCharsets.UTF_8))
                        .replace("=", ""),
                Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(
                                json.replace("{", "{\"region\":\"us-east-1\",").getBytes(StandardCharsets.UTF_8)))) {
            assertThat(refusal(trust, token).code()).as(token).isEqualTo(ErrorCode.TOKEN_INVALID);
        }
        assertThat(sts.asked()).isEqualTo(before);
    }

    /** Advisory CVE-2025-11621: the account is part of who somebody is. */
    @Test
    void sameRoleInAnotherAccount_isSomebodyElse() {
        assertThat(exchange(trust, new Signed().token())).isNotNull();
        Signed other = new Signed();
        other.key = "ASIAOTHERACCOUNT0001";
        VaultException refusal = refusal(trust, other.token());
        assertThat(refusal.code()).isEqualTo(ErrorCode.TOKEN_INVALID);
        assertThat(refusal.evidence()).containsEntry("reason", "condition_not_met");
    }

    /** Advisory CVE-2020-16251: the answer is read as the one answer that AWS gives, or not at all. */
    @Test
    void answerThatIsNotTheOneOfAws_letsNobodyIn() {
        List<UnaryOperator<String>> answers = List.of(
                xml -> "",
                xml -> "{\"GetCallerIdentityResponse\": {}}",
                xml -> xml.replace("https://sts.amazonaws.com/doc/2011-06-15/", "https://evil.example/"),
                xml -> xml.replace(" xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"", ""),
                xml -> xml.replace("<Account>123456789012", "<Account>999999999999"),
                xml -> xml.replace("<UserId>", "<Arn>" + ARN + "</Arn><UserId>"),
                xml -> xml.replace("<UserId>", "<Extra/><UserId>"),
                xml -> xml.replace("deployer/", "deployer<!-- -->/"),
                xml -> xml.replace("deployer/", "deployer<?x y?>/"),
                xml -> xml.replace("deployer/", "deployer<b/>/"),
                xml -> xml.replaceAll("</?GetCallerIdentityResult>", ""),
                xml -> "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/hostname\">]>"
                        + xml.replace("deployer/", "deployer&e;/"),
                xml -> "<!DOCTYPE GetCallerIdentityResponse>" + xml,
                xml -> xml.replace("deployer/", "&undeclared;deployer/"),
                xml -> xml + xml,
                xml -> xml.substring(0, xml.length() / 2),
                xml -> xml + " ".repeat(300_000));
        for (int i = 0; i < answers.size(); i++) {
            sts.answering(answers.get(i));
            assertThat(refusal(trust, new Signed().token()).code())
                    .as("%d", i)
                    .isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        }
        sts.answering(UnaryOperator.identity());
        sts.answeringWith(302);
        assertThat(refusal(trust, new Signed().token()).code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        sts.answeringWith(500);
        assertThat(refusal(trust, new Signed().token()).code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
    }

    @Test
    void serverThatNobodyVouchesFor_isNotBelieved() {
        TestAuthority stranger = new TestAuthority("stranger");
        try (GuardedHttp other = new GuardedHttp(new AddressRule(AddressRule.LOOPBACK), TlsServer.trusting(stranger))) {
            AwsProof proof = new AwsProof(other, AwsProofTest::endpoint, setup.database.clock);
            int before = sts.asked();
            assertThat(catchThrowableOfType(
                                    VaultException.class,
                                    () -> proof.verify(
                                            new Signed().token(),
                                            (ai.scailabs.vault.access.trust.TrustedSource.Aws)
                                                    trust.terms().source(),
                                            Duration.ofMinutes(5)))
                            .code())
                    .isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
            assertThat(sts.asked()).isEqualTo(before);
        }
    }

    @Test
    void strangers_doNotUseUpThePlacesOfThoseWhoProvedThemselves() throws Exception {
        assertThat(exchange(trust, new Signed().token())).isNotNull();
        CountDownLatch release = new CountDownLatch(1);
        sts.holdStrangers(release);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int before = sts.asked();
            List<Future<VaultException>> waiting = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String token =
                        with(signed -> signed.key = "ASIANOBODYNOBODY0001").token();
                waiting.add(threads.submit(() -> refusal(trust, token)));
            }
            long deadline = System.nanoTime() + Duration.ofSeconds(2).toNanos();
            while (sts.asked() < before + 8 && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            assertThat(sts.asked()).isEqualTo(before + 8);
            String oneMore = with(signed -> signed.key = "ASIANOBODYNOBODY0002").token();
            assertThat(refusal(trust, oneMore).code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
            assertThat(sts.asked()).isEqualTo(before + 8);
            assertThat(exchange(trust, new Signed().token())).isNotNull();
            release.countDown();
            for (Future<VaultException> each : waiting) {
                assertThat(each.get().code()).isIn(ErrorCode.TOKEN_INVALID, ErrorCode.SERVICE_UNAVAILABLE);
            }
        }
    }

    @Test
    void proofOfOneKind_isNoneOfTheOther() {
        Trust oidc = setup.create(ACME, setup.github("oidc"));
        assertThat(refusal(oidc, new Signed().token()).code()).isEqualTo(ErrorCode.TOKEN_INVALID);
        String jwt = setup.foreign.token().subject(ExchangeSetup.SUBJECT).sign();
        for (String type : List.of(ExchangeSetup.JWT, AwsProof.TYPE)) {
            assertThat(catchThrowableOfType(
                                    VaultException.class,
                                    () -> setup.exchange.exchange(
                                            new ExchangeRequest(
                                                    ExchangeSetup.GRANT, jwt, type, "tnt_acme/aws", null, null, null),
                                            known -> {}))
                            .code())
                    .isEqualTo(ErrorCode.TOKEN_INVALID);
        }
    }

    private static Exchanged exchange(Trust by, String token) {
        return setup.exchange.exchange(
                new ExchangeRequest(
                        ExchangeSetup.GRANT, token, AwsProof.TYPE, "tnt_acme/" + by.name(), null, null, null),
                known -> {});
    }

    private static VaultException refusal(Trust by, String token) {
        return catchThrowableOfType(VaultException.class, () -> exchange(by, token));
    }

    private static TrustDraft aws(String name, List<String> arns, String... regions) {
        return new TrustDraft(
                name,
                null,
                "aws",
                null,
                null,
                "https://vault.example.test",
                null,
                arns,
                List.of(regions),
                "sa:deployer",
                List.of("secrets:read"),
                null,
                null,
                null);
    }

    private static Instant now() {
        return setup.database.clock.instant();
    }

    private static Signed with(java.util.function.Consumer<Signed> change) {
        Signed signed = new Signed();
        change.accept(signed);
        return signed;
    }

    private static Map<String, Object> changed(Map<String, Object> parts, String name, Object value) {
        Map<String, Object> changed = new HashMap<>(parts);
        changed.put(name, value);
        return changed;
    }

    private static String encoded(Map<String, Object> parts) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(JsonMapper.shared().writeValueAsBytes(parts));
    }

    /** What a client signs, and what it says of it. */
    private static final class Signed {
        private String key = KEY;
        private String secret = SECRET;
        private @Nullable String session = SESSION;
        private String audience = "https://vault.example.test";
        private String host = sts.host();
        private String body = BODY;
        private String service = "sts";
        private String region = REGION;
        private String signedRegion = REGION;
        private Instant date = now();
        private @Nullable Instant signedAt;
        private final Map<String, String> signed = new HashMap<>(Map.of("host", "", "x-scaivault-audience", ""));

        private Map<String, Object> parts() {
            String dateText = DATE.format(signedAt == null ? date : signedAt);
            Map<String, String> headers = new HashMap<>();
            headers.put("content-type", "application/x-www-form-urlencoded; charset=utf-8");
            headers.put("x-amz-date", dateText);
            if (session != null) {
                headers.put("x-amz-security-token", session);
            }
            signed.forEach((name, value) -> headers.put(
                    name, name.equals("host") ? host : name.equals("x-scaivault-audience") ? audience : value));
            Map<String, Object> parts = new HashMap<>();
            parts.put("access_key_id", key);
            if (session != null) {
                parts.put("session_token", session);
            }
            parts.put("date", DATE.format(date));
            parts.put("region", region);
            parts.put("signature", Sigv4.sign(secret, dateText, signedRegion, service, headers, body));
            return parts;
        }

        private String token() {
            return encoded(parts());
        }
    }
}
