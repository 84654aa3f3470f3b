package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.access.exchange.AwsProof;
import ai.scailabs.vault.access.exchange.TokenExchange;
import ai.scailabs.vault.access.issuer.IssuerNames;
import ai.scailabs.vault.access.issuer.TenantIssuer;
import ai.scailabs.vault.access.revocation.RevocationService;
import ai.scailabs.vault.access.token.ForeignTokens;
import ai.scailabs.vault.access.token.LocalIssuers;
import ai.scailabs.vault.access.trust.TrustService;
import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.keyring.TenantKeyrings;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedHttp;
import ai.scailabs.vault.outbound.http.OutboundTls;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.server.settings.ServerSettings;
import ai.scailabs.vault.tenancy.keyring.TenantSeal;
import ai.scailabs.vault.tenancy.tenant.TenantRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Tokens for workloads: whom tenants trust, who is asked about them, and our own issuers. */
@Configuration(proxyBeanMethods = false)
class ExchangeWiring {
    @Bean
    TenantSeal tenantSeal(TenantRegistry registry, TenantKeyrings keyrings, EnvelopeCipher cipher) {
        return new TenantSeal(registry, keyrings, cipher);
    }

    @Bean
    TenantIssuer tenantIssuer(
            TenantTransactions transactions,
            TenantSeal seal,
            ServerSettings settings,
            Clock clock,
            Ids ids,
            SecureRandom random) {
        return new TenantIssuer(
                transactions,
                new SealedKeys(seal, SealedKeys.TOKEN_SIGNING),
                new IssuerNames(settings.http().baseUrl()),
                settings.scaiKey().audience(),
                settings.exchange().keysSignFor(),
                clock,
                ids,
                random);
    }

    @Bean
    LocalIssuers localIssuers(TenantIssuer issuer, Clock clock) {
        return new LocalIssuers(issuer, clock);
    }

    @Bean
    TrustService trustService(
            TenantTransactions transactions,
            RevocationService revocations,
            TenantIssuer issuer,
            ServerSettings settings,
            Clock clock,
            Ids ids) {
        return new TrustService(transactions, revocations, issuer.names(), settings.development(), clock, ids);
    }

    @Bean
    GuardedHttp issuerHttp(ServerSettings settings) {
        return new GuardedHttp(
                rule(settings), OutboundRules.authorities(settings.exchange().caFile()));
    }

    /** Nobody but the authorities of the runtime vouches for AWS. */
    @Bean
    GuardedHttp awsHttp(ServerSettings settings) {
        return new GuardedHttp(rule(settings), OutboundTls.system());
    }

    private static AddressRule rule(ServerSettings settings) {
        return OutboundRules.addresses(settings, settings.exchange().addresses());
    }

    @Bean
    TokenExchange tokenExchange(
            TrustService trusts,
            @Qualifier("issuerHttp") GuardedHttp issuerHttp,
            @Qualifier("awsHttp") GuardedHttp awsHttp,
            TenantIssuer issuer,
            ServerSettings settings,
            Clock clock) {
        return new TokenExchange(
                trusts,
                new ForeignTokens(issuerHttp, clock, settings.development()),
                new AwsProof(awsHttp, clock),
                issuer,
                settings.scaiKey().audience(),
                clock);
    }
}
