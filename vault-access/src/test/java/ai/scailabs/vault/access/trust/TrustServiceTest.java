package ai.scailabs.vault.access.trust;

import static ai.scailabs.vault.access.AccessDatabase.ACME;
import static ai.scailabs.vault.access.AccessDatabase.OTHER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.scailabs.vault.access.AccessDatabase;
import ai.scailabs.vault.access.issuer.IssuerNames;
import ai.scailabs.vault.access.revocation.RevocationList;
import ai.scailabs.vault.access.revocation.RevocationService;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import java.net.URI;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be trusted: never everybody, never ourselves, never more than a tenant's own. */
class TrustServiceTest {
    private static final IdentityId ADMIN = new IdentityId("user:admin@acme.test");

    private static AccessDatabase database;
    private static TrustService trusts;
    private static int count;

    @BeforeAll
    static void start() {
        database = new AccessDatabase();
        trusts = service(false);
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    private static TrustService service(boolean loopbackHttp) {
        return new TrustService(
                database.transactions,
                new RevocationService(
                        database.transactions,
                        new RevocationList(database.transactions, database.clock),
                        database.clock),
                new IssuerNames(URI.create("https://vault.example.test")),
                loopbackHttp,
                database.clock,
                new Ids(database.clock, new SecureRandom()));
    }

    private static AuditEntry entry(TenantId tenant, AuditAction action) {
        return database.entry(AccessDatabase.actor(tenant, ADMIN.value()), action);
    }

    private static Trust create(Form form) {
        return trusts.create(form.draft(), ADMIN, entry(ACME, AuditAction.TRUST_CREATE));
    }

    private static VaultException refusal(Form form) {
        return catchThrowableOfType(VaultException.class, () -> create(form));
    }

    private static void assertRefused(String field, Form form) {
        VaultException refusal = refusal(form);
        assertThat(refusal).as("%s %s", field, form.draft()).isNotNull();
        assertThat(refusal.code()).isEqualTo(ErrorCode.VALIDATION_ERROR);
        assertThat(String.valueOf(refusal.details().get("fields"))).contains(field);
    }

    @Test
    void trustThatNamesNoWorkload_isRefused() {
        assertRefused("conditions", oidc(form -> form.conditions = null));
        assertRefused("conditions", oidc(form -> form.conditions = List.of()));
        for (TrustDraft.Condition condition : List.of(
                new TrustDraft.Condition("ref", "refs/heads/main", null),
                new TrustDraft.Condition("repository_owner", "acme", null),
                new TrustDraft.Condition("/kubernetes.io/namespace", "prod", null),
                new TrustDraft.Condition("/sub", "repo:acme/app", null),
                new TrustDraft.Condition("sub", true, null),
                new TrustDraft.Condition("sub", 7L, null),
                matching("sub", "*"),
                matching("sub", "**"),
                matching("sub", "?**"),
                matching("sub", "repo:*"),
                matching("sub", "repo:**"),
                matching("sub", "repo:acm*"),
                matching("sub", "repo:*/app:ref:refs/heads/main"),
                matching("sub", "**main"),
                matching("sub", "system:serviceaccount:*:deployer"),
                matching("sub", "system:serviceaccount:pro*:deployer"),
                matching("repository", "*"),
                matching("repository", "*/app"),
                matching("repository", "acm*/app"),
                matching("repository", "acme*"))) {
            assertRefused("conditions", oidc(form -> form.conditions = List.of(condition)));
        }
        for (TrustDraft.Condition condition : List.of(
                new TrustDraft.Condition("sub", "anything", null),
                new TrustDraft.Condition("repository", "acme/app", null),
                matching("sub", "repo:acme/**"),
                matching("sub", "literal"),
                matching("sub", "system:serviceaccount:prod:*"),
                matching("repository", "acme/*"))) {
            assertThat(create(oidc(form -> form.conditions = List.of(condition))))
                    .isNotNull();
        }
    }

    @Test
    void conditionThatIsMalformed_isRefusedByItsPlace() {
        TrustDraft.Condition good = new TrustDraft.Condition("sub", "x", null);
        List<TrustDraft.Condition> bad = new ArrayList<>(List.of(
                new TrustDraft.Condition(null, "x", null),
                new TrustDraft.Condition("", "x", null),
                new TrustDraft.Condition("a b", "x", null),
                new TrustDraft.Condition("/", "x", null),
                new TrustDraft.Condition("/a//b", "x", null),
                new TrustDraft.Condition("sub", null, null),
                new TrustDraft.Condition("sub", "x", "x"),
                new TrustDraft.Condition("sub", "", null),
                new TrustDraft.Condition("sub", "x".repeat(513), null),
                new TrustDraft.Condition("sub", List.of("x"), null),
                new TrustDraft.Condition("sub", 1.5, null),
                matching("sub", ""),
                matching("sub", "repo:acme/***"),
                matching("sub", "repo:acme/ x"),
                matching("sub", "repo:acmé/x")));
        for (TrustDraft.Condition condition : bad) {
            List<TrustDraft.Condition> conditions = new ArrayList<>();
            conditions.add(good);
            conditions.add(condition);
            assertRefused("conditions[1]", oidc(form -> form.conditions = conditions));
        }
        assertRefused("conditions", oidc(form -> form.conditions = java.util.Collections.nCopies(21, good)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://issuer.example.test",
                "http://127.0.0.1:8080",
                "ftp://issuer.example.test",
                "file:///etc/passwd",
                "issuer.example.test",
                "https://user:password@issuer.example.test",
                "https://issuer.example.test/#x",
                "https://issuer.example.test/ x",
                "https://issuer.example.test/\r\nHost: evil",
                "https:///x",
                "https://issuer.example.test/é",
                "https://vault.example.test/v1/auth/issuers/tnt_acme",
                "https://vault.example.test/v1/auth/issuers/"
            })
    void issuerThatIsNotSafe_isRefused(String url) {
        assertRefused("issuer", oidc(form -> form.issuer = url));
        if (!url.contains("vault.example.test")) {
            assertRefused("jwks_url", oidc(form -> form.jwksUrl = url));
        }
    }

    @Test
    void loopbackIssuer_isForDevelopmentOnly() {
        Form form = oidc(each -> each.issuer = "http://127.0.0.1:8080");
        Trust there = service(true).create(form.draft(), ADMIN, entry(ACME, AuditAction.TRUST_CREATE));
        assertThat(there.terms().source()).isInstanceOf(TrustedSource.Oidc.class);
        // Read back by a service that is not in development, it lets nobody in.
        assertThat(trusts.named(ACME, there.name()).orElseThrow().trust()).isNull();
        service(true).delete(there.id(), null, ADMIN, entry(ACME, AuditAction.TRUST_DELETE));
        assertRefused("issuer", oidc(each -> each.issuer = "https://issuer.example.test?x=1"));
    }

    @Test
    void otherFields_areRefusedByName() {
        assertRefused("name", oidc(form -> form.name = null));
        for (String name : List.of("", "a b", "a/b", "trust_x", "-a", "x".repeat(64), "naïve", "a\nb")) {
            assertRefused("name", oidc(form -> form.name = name));
        }
        assertRefused("kind", oidc(form -> form.kind = null));
        assertRefused("kind", oidc(form -> form.kind = "saml"));
        assertRefused("description", oidc(form -> form.description = "\u202e"));
        assertRefused("issuer", oidc(form -> form.issuer = null));
        for (String audience : List.of("", "a b", "x".repeat(257))) {
            assertRefused("audience", oidc(form -> form.audience = audience));
        }
        for (String identity : List.of("user:jo@acme.test", "group:ops", "system:x", "deployer", "sa:", "SA:x")) {
            assertRefused("identity_id", oidc(form -> form.identity = identity));
        }
        assertRefused("identity_id", oidc(form -> form.identity = null));
        assertRefused("scopes", oidc(form -> form.scopes = null));
        assertRefused("scopes", oidc(form -> form.scopes = List.of()));
        for (String scope : List.of("admin", "Admin", " admin", "secrets:", "secrets:read secrets:write", "*", "")) {
            assertRefused("scopes", oidc(form -> form.scopes = List.of("secrets:read", scope)));
        }
        assertRefused("path_patterns", oidc(form -> form.paths = List.of()));
        assertRefused("path_patterns", oidc(form -> form.paths = java.util.Collections.nCopies(21, "a")));
        assertRefused("path_patterns", oidc(form -> form.paths = java.util.Collections.nCopies(5, "a".repeat(450))));
        assertThat(refusal(oidc(form -> form.paths = List.of("/"))).code()).isEqualTo(ErrorCode.INVALID_GLOB);
        assertRefused("ttl", oidc(form -> form.ttl = "61m"));
        assertRefused("ttl", oidc(form -> form.ttl = "59s"));
        assertThat(refusal(oidc(form -> form.ttl = "0")).code()).isEqualTo(ErrorCode.INVALID_DURATION);
        assertRefused("arns", oidc(form -> form.arns = List.of()));
        assertRefused("regions", oidc(form -> form.regions = List.of("eu-west-1")));
    }

    @Test
    void awsTrust_namesAnAccountAndSomebodyInIt() {
        assertRefused("arns", aws(form -> form.arns = null));
        for (String arn : List.of(
                "*",
                "arn:aws:sts::*:assumed-role/x/*",
                "arn:aws:sts::12345678901?:assumed-role/x/*",
                "arn:aws:sts::123456789012:*",
                "arn:aws:sts::123456789012:**",
                "arn:aws:sts::123456789012:assumed-role/*",
                "arn:aws:sts::123456789012:assumed-role/**",
                "arn:aws:sts::123456789012:assumed-role/?x",
                "arn:aws:iam::123456789012:root",
                "arn:aws:iam::123456789012:role/x",
                "arn:aws:s3::123456789012:user/x",
                "arn:evil:iam::123456789012:user/x",
                "arn:aws:iam:eu-west-1:123456789012:user/x",
                "arn:aws:iam::123456789012:user/x y")) {
            assertRefused("arns", aws(form -> form.arns = List.of(arn)));
        }
        assertRefused("regions", aws(form -> form.regions = List.of()));
        for (String region : List.of("eu-west-9", "EU-WEST-1", "eu-west-1.evil.example", "")) {
            assertRefused("regions", aws(form -> form.regions = List.of(region)));
        }
        assertRefused("issuer", aws(form -> form.issuer = "https://issuer.example.test"));
        assertRefused("jwks_url", aws(form -> form.jwksUrl = "https://issuer.example.test"));
        assertRefused("conditions", aws(form -> form.conditions = List.of(new TrustDraft.Condition("sub", "x", null))));
        Trust trust = create(aws(form -> {}));
        assertThat(trusts.get(ACME, trust.id())).isEqualTo(trust);
    }

    @Test
    void trust_isReadBackAsItWasWritten() {
        Trust trust = create(oidc(form -> {
            form.jwksUrl = "https://issuer.example.test/keys";
            form.description = "what it is for";
            form.paths = List.of("app/**", "partner/app/*");
            form.conditions = List.of(
                    matching("sub", "repo:acme/**"),
                    new TrustDraft.Condition("/a/b~1c", 7L, null),
                    new TrustDraft.Condition("verified", true, null));
        }));
        assertThat(trusts.get(ACME, trust.id())).isEqualTo(trust);
        assertThat(trusts.named(ACME, trust.name()).orElseThrow().trust()).isEqualTo(trust);
        assertThat(trusts.named(ACME, trust.id()).orElseThrow().trust()).isEqualTo(trust);
    }

    @Test
    void anotherTenantsTrust_isNotThere() {
        Trust trust = create(oidc(form -> {}));
        assertThat(catchThrowableOfType(VaultException.class, () -> trusts.get(OTHER, trust.id()))
                        .code())
                .isEqualTo(ErrorCode.TRUST_NOT_FOUND);
        assertThat(catchThrowableOfType(
                                VaultException.class,
                                () -> trusts.delete(trust.id(), null, ADMIN, entry(OTHER, AuditAction.TRUST_DELETE)))
                        .code())
                .isEqualTo(ErrorCode.TRUST_NOT_FOUND);
        assertThat(trusts.named(OTHER, trust.name()).orElseThrow().trust()).isNull();
        assertThat(trusts.list(OTHER, 100, null).trusts()).isEmpty();
    }

    @Test
    void changes_areGuardedByRevision_andNamesAreUnique() {
        Trust trust = create(oidc(form -> {}));
        assertThat(catchThrowableOfType(
                                VaultException.class,
                                () -> trusts.replace(
                                        trust.id(),
                                        oidc(form -> {}).draft(),
                                        2,
                                        ADMIN,
                                        entry(ACME, AuditAction.TRUST_UPDATE)))
                        .code())
                .isEqualTo(ErrorCode.VERSION_CONFLICT);
        Trust replaced = trusts.replace(
                trust.id(), oidc(form -> form.ttl = "5m").draft(), 1, ADMIN, entry(ACME, AuditAction.TRUST_UPDATE));
        assertThat(replaced.revision()).isEqualTo(2);
        assertThat(refusal(oidc(form -> form.name = replaced.name())).code()).isEqualTo(ErrorCode.CONFLICT);
        assertThat(database.number("select count(*) from token_revocation where kind = 'trust' and subject = '"
                        + trust.id() + ":1'"))
                .isEqualTo(1);
    }

    private static TrustDraft.Condition matching(String claim, String pattern) {
        return new TrustDraft.Condition(claim, null, pattern);
    }

    private static Form oidc(java.util.function.Consumer<Form> change) {
        Form form = new Form();
        form.kind = "oidc";
        form.issuer = "https://issuer.example.test";
        form.conditions = List.of(new TrustDraft.Condition("sub", "workload", null));
        change.accept(form);
        return form;
    }

    private static Form aws(java.util.function.Consumer<Form> change) {
        Form form = new Form();
        form.kind = "aws";
        form.arns = List.of("arn:aws:sts::123456789012:assumed-role/deployer/*");
        form.regions = List.of("eu-west-1");
        change.accept(form);
        return form;
    }

    /** A draft that is good until a test changes it. */
    private static final class Form {
        private @Nullable String name = "trust-" + count++;
        private @Nullable String description;
        private @Nullable String kind;
        private @Nullable String issuer;
        private @Nullable String jwksUrl;
        private @Nullable String audience = "scaivault";
        private @Nullable List<TrustDraft.Condition> conditions;
        private @Nullable List<String> arns;
        private @Nullable List<String> regions;
        private @Nullable String identity = "sa:deployer";
        private @Nullable List<String> scopes = List.of("secrets:read");
        private @Nullable List<String> paths;
        private @Nullable String ttl;

        private TrustDraft draft() {
            return new TrustDraft(
                    name,
                    description,
                    kind,
                    issuer,
                    jwksUrl,
                    audience,
                    conditions,
                    arns,
                    regions,
                    identity,
                    scopes,
                    paths,
                    ttl,
                    null);
        }
    }
}
