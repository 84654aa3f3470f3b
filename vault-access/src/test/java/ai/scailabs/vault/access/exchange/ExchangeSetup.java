package ai.scailabs.vault.access.exchange;

import ai.scailabs.vault.access.AccessDatabase;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.issuer.IssuerNames;
import ai.scailabs.vault.access.issuer.TenantIssuer;
import ai.scailabs.vault.access.issuer.TestSeal;
import ai.scailabs.vault.access.revocation.RevocationList;
import ai.scailabs.vault.access.revocation.RevocationService;
import ai.scailabs.vault.access.token.ForeignTokens;
import ai.scailabs.vault.access.token.LocalIssuers;
import ai.scailabs.vault.access.token.TokenAuthenticator;
import ai.scailabs.vault.access.token.TokenProperties;
import ai.scailabs.vault.access.trust.Trust;
import ai.scailabs.vault.access.trust.TrustDraft;
import ai.scailabs.vault.access.trust.TrustService;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedHttp;
import ai.scailabs.vault.outbound.http.OutboundTls;
import ai.scailabs.vault.testkit.TestIssuer;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The whole exchange on a real database, with a foreign issuer, and the authenticator that takes what comes out. */
final class ExchangeSetup implements AutoCloseable {
    static final String AUDIENCE = "scaivault";
    static final String GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
    static final String JWT = "urn:ietf:params:oauth:token-type:jwt";
    static final String SUBJECT = "repo:acme/app:ref:refs/heads/main";
    static final IdentityId ADMIN = new IdentityId("user:admin@acme.test");

    final AccessDatabase database = new AccessDatabase();
    final TestIssuer foreign;
    final TestIssuer scaiKey;
    final IssuerNames names = new IssuerNames(URI.create("https://vault.example.test/"));
    final Ids ids;
    final TenantIssuer issuer;
    final LocalIssuers local;
    final RevocationList revocations;
    final TrustService trusts;
    final TokenAuthenticator authenticator;
    final TokenExchange exchange;
    private final GuardedHttp http;

    ExchangeSetup() {
        this(region -> Optional.empty(), null);
    }

    /** @param aws where AWS is, and who is asked there; absent for nobody */
    ExchangeSetup(Function<String, Optional<URI>> aws, @Nullable GuardedHttp awsHttp) {
        foreign = TestIssuer.start(database.clock);
        scaiKey = TestIssuer.start(database.clock);
        ids = new Ids(database.clock, new SecureRandom());
        issuer = new TenantIssuer(
                database.transactions,
                new TestSeal(),
                names,
                AUDIENCE,
                Duration.ofDays(30),
                database.clock,
                ids,
                new SecureRandom());
        local = new LocalIssuers(issuer, database.clock);
        revocations = new RevocationList(database.transactions, database.clock);
        RevocationService revoking = new RevocationService(database.transactions, revocations, database.clock);
        trusts = new TrustService(database.transactions, revoking, names, true, database.clock, ids);
        authenticator = TokenAuthenticator.start(
                new TokenProperties(List.of(scaiKey.issuer()), null, AUDIENCE, true),
                local,
                revocations,
                database.clock);
        http = new GuardedHttp(new AddressRule(AddressRule.LOOPBACK), OutboundTls.system());
        exchange = new TokenExchange(
                trusts,
                new ForeignTokens(http, database.clock, true),
                new AwsProof(awsHttp == null ? http : awsHttp, aws, database.clock),
                issuer,
                AUDIENCE,
                database.clock);
    }

    /** Of a workflow of GitHub, as far as the conditions go. */
    TrustDraft github(String name) {
        return oidc(name, new TrustDraft.Condition("sub", SUBJECT, null));
    }

    TrustDraft oidc(String name, TrustDraft.Condition... conditions) {
        return new TrustDraft(
                name,
                null,
                "oidc",
                foreign.issuer(),
                null,
                AUDIENCE,
                List.of(conditions),
                null,
                null,
                "sa:deployer",
                List.of("secrets:read", "secrets:list"),
                List.of("app/**"),
                "30m",
                null);
    }

    Trust create(TenantId tenant, TrustDraft draft) {
        return trusts.create(draft, ADMIN, entry(tenant, AuditAction.TRUST_CREATE));
    }

    AuditEntry entry(TenantId tenant, AuditAction action) {
        return database.entry(AccessDatabase.actor(tenant, ADMIN.value()), action);
    }

    Exchanged exchange(TenantId tenant, Trust trust, String token) {
        return exchange.exchange(request(tenant + "/" + trust.id(), token), known -> {});
    }

    static ExchangeRequest request(String role, String token) {
        return new ExchangeRequest(GRANT, token, JWT, role, null, null, null);
    }

    Actor authenticated(Exchanged exchanged) {
        return authenticator.authenticate(exchanged.token().token());
    }

    @Override
    public void close() {
        authenticator.close();
        http.close();
        foreign.close();
        scaiKey.close();
        database.close();
    }
}
