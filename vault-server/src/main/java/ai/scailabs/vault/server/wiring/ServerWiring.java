package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.api.ApiWiring;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** All of it. */
@Configuration(proxyBeanMethods = false)
@Import({
    FoundationWiring.class,
    TokenWiring.class,
    ExchangeWiring.class,
    ObjectStoreWiring.class,
    CapabilityWiring.class,
    FederationWiring.class,
    CredentialWiring.class,
    KeyWiring.class,
    PkiWiring.class,
    CrlWiring.class,
    DnsWiring.class,
    PkiMetersWiring.class,
    PkiRenewalWiring.class,
    PkiHsmWiring.class,
    AcmeWiring.class,
    TlsWiring.class,
    AuditWiring.class,
    PublishWiring.class,
    ExportWiring.class,
    EventWiring.class,
    IdentityWiring.class,
    OperationsWiring.class,
    ApiWiring.class
})
public class ServerWiring {}
