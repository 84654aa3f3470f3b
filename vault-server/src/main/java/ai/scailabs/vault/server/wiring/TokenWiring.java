package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.access.revocation.RevocationList;
import ai.scailabs.vault.access.revocation.RevocationService;
import ai.scailabs.vault.access.token.LocalIssuers;
import ai.scailabs.vault.access.token.TokenAuthenticator;
import ai.scailabs.vault.access.token.TokenIntrospector;
import ai.scailabs.vault.access.token.TokenProperties;
import ai.scailabs.vault.persistence.jdbc.NotificationFeed;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.server.settings.ServerSettings;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Who a token stands for, and whether it still counts. */
@Configuration(proxyBeanMethods = false)
class TokenWiring {
    @Bean
    RevocationList revocationList(TenantTransactions transactions, Clock clock) {
        return new RevocationList(transactions, clock);
    }

    @Bean
    NotificationFeed revocationFeed(ServerSettings settings, RevocationList list) {
        return NotificationFeed.start(settings.database().app(), RevocationList.CHANNEL, list);
    }

    @Bean
    RevocationService revocationService(TenantTransactions transactions, RevocationList list, Clock clock) {
        return new RevocationService(transactions, list, clock);
    }

    @Bean
    TokenAuthenticator tokenAuthenticator(
            ServerSettings settings, LocalIssuers local, RevocationList revocations, Clock clock) {
        ServerSettings.ScaiKey scaiKey = settings.scaiKey();
        return TokenAuthenticator.start(
                new TokenProperties(
                        scaiKey.issuers(),
                        scaiKey.jwksUrl(),
                        scaiKey.audience(),
                        scaiKey.introspection(),
                        settings.development()),
                local,
                revocations,
                clock);
    }

    @Bean
    TokenIntrospector tokenIntrospector(TokenAuthenticator authenticator) {
        return new TokenIntrospector(authenticator);
    }
}
