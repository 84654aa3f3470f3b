package ai.scailabs.vault.api;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.idempotency.IdempotentReplies;
import ai.scailabs.vault.access.quota.Quota;
import ai.scailabs.vault.access.revocation.RevocationList;
import ai.scailabs.vault.access.token.TokenAuthenticator;
import ai.scailabs.vault.api.acme.AcmeAccountController;
import ai.scailabs.vault.api.acme.AcmeCertificateController;
import ai.scailabs.vault.api.acme.AcmeChallengeController;
import ai.scailabs.vault.api.acme.AcmeOrderController;
import ai.scailabs.vault.api.audit.AuditController;
import ai.scailabs.vault.api.audit.AuditPages;
import ai.scailabs.vault.api.audit.AuditProofController;
import ai.scailabs.vault.api.audit.AuditRetentionController;
import ai.scailabs.vault.api.audit.AuditSummaryController;
import ai.scailabs.vault.api.audit.AuditTrailController;
import ai.scailabs.vault.api.audit.ExportController;
import ai.scailabs.vault.api.auth.AuthController;
import ai.scailabs.vault.api.auth.ExchangeController;
import ai.scailabs.vault.api.auth.IssuerController;
import ai.scailabs.vault.api.auth.TokenController;
import ai.scailabs.vault.api.auth.TrustController;
import ai.scailabs.vault.api.credentials.DynamicRoleController;
import ai.scailabs.vault.api.credentials.EngineController;
import ai.scailabs.vault.api.credentials.GenerateController;
import ai.scailabs.vault.api.credentials.LeaseController;
import ai.scailabs.vault.api.credentials.RotationController;
import ai.scailabs.vault.api.credentials.RotationPolicyController;
import ai.scailabs.vault.api.credentials.SecretPolicyController;
import ai.scailabs.vault.api.credentials.SshServerController;
import ai.scailabs.vault.api.dns.DnsProviderController;
import ai.scailabs.vault.api.error.ContainerErrors;
import ai.scailabs.vault.api.error.FailureResolver;
import ai.scailabs.vault.api.events.SubscriptionController;
import ai.scailabs.vault.api.events.SubscriptionPollController;
import ai.scailabs.vault.api.events.WebhookController;
import ai.scailabs.vault.api.federation.BackendController;
import ai.scailabs.vault.api.identity.IdentityController;
import ai.scailabs.vault.api.identity.IdentitySyncController;
import ai.scailabs.vault.api.identity.RoleController;
import ai.scailabs.vault.api.identity.ScaiKeyEventController;
import ai.scailabs.vault.api.keys.ErasureController;
import ai.scailabs.vault.api.keys.KeyController;
import ai.scailabs.vault.api.listener.LeanHttp;
import ai.scailabs.vault.api.pki.AuthorityController;
import ai.scailabs.vault.api.pki.CertificateController;
import ai.scailabs.vault.api.pki.CertificationController;
import ai.scailabs.vault.api.pki.CrlController;
import ai.scailabs.vault.api.pki.IssueController;
import ai.scailabs.vault.api.pki.KeptKeyController;
import ai.scailabs.vault.api.pki.OcspController;
import ai.scailabs.vault.api.pki.OfflineController;
import ai.scailabs.vault.api.pki.PkiRoleController;
import ai.scailabs.vault.api.pki.PkiSettingsController;
import ai.scailabs.vault.api.pki.PublishedCertificateController;
import ai.scailabs.vault.api.pki.RequestController;
import ai.scailabs.vault.api.pki.RevocationController;
import ai.scailabs.vault.api.pki.TrustAnchorController;
import ai.scailabs.vault.api.pki.ValidationController;
import ai.scailabs.vault.api.policies.PolicyController;
import ai.scailabs.vault.api.policies.PolicyDecisionController;
import ai.scailabs.vault.api.policies.PolicyTestController;
import ai.scailabs.vault.api.request.CallInterceptor;
import ai.scailabs.vault.api.request.ClientAddress;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.CustomMethodMapping;
import ai.scailabs.vault.api.request.EndpointAdapter;
import ai.scailabs.vault.api.request.IdempotentCalls;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.RateGate;
import ai.scailabs.vault.api.request.RequestGate;
import ai.scailabs.vault.api.request.RequestMetrics;
import ai.scailabs.vault.api.request.TenantSelection;
import ai.scailabs.vault.api.secrets.SecretBatchController;
import ai.scailabs.vault.api.secrets.SecretController;
import ai.scailabs.vault.api.secrets.SecretListController;
import ai.scailabs.vault.api.secrets.SecretMetadataController;
import ai.scailabs.vault.api.secrets.SecretMetrics;
import ai.scailabs.vault.api.system.ApiDocument;
import ai.scailabs.vault.api.system.DocumentationController;
import ai.scailabs.vault.api.system.HealthController;
import ai.scailabs.vault.api.system.MetricsController;
import ai.scailabs.vault.api.system.SecurityTxtController;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.tenancy.keyring.TenantMac;
import ai.scailabs.vault.tenancy.tenant.TenantRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.apache.catalina.Host;
import org.apache.catalina.core.StandardHost;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * The web layer: all that the dispatcher uses, and nothing of what the framework would add. The server provides the services, {@code JsonBody}, {@code ClientAddress}, {@code Readiness} and {@code
 * BuildInfo}.
 */
@Configuration(proxyBeanMethods = false)
@Import({
    SecretController.class,
    SecretMetadataController.class,
    SecretListController.class,
    SecretBatchController.class,
    PolicyController.class,
    PolicyTestController.class,
    PolicyDecisionController.class,
    AuditController.class,
    AuditPages.class,
    AuditProofController.class,
    AuditRetentionController.class,
    AuditSummaryController.class,
    AuditTrailController.class,
    ExportController.class,
    AuthController.class,
    TokenController.class,
    ExchangeController.class,
    TrustController.class,
    IssuerController.class,
    IdentityController.class,
    IdentitySyncController.class,
    RoleController.class,
    KeyController.class,
    ErasureController.class,
    AuthorityController.class,
    CertificationController.class,
    OfflineController.class,
    KeptKeyController.class,
    PkiRoleController.class,
    PkiSettingsController.class,
    RequestController.class,
    IssueController.class,
    RevocationController.class,
    CertificateController.class,
    CrlController.class,
    OcspController.class,
    PublishedCertificateController.class,
    TrustAnchorController.class,
    DnsProviderController.class,
    BackendController.class,
    SecretPolicyController.class,
    GenerateController.class,
    EngineController.class,
    SshServerController.class,
    DynamicRoleController.class,
    LeaseController.class,
    RotationPolicyController.class,
    RotationController.class,
    ValidationController.class,
    WebhookController.class,
    SubscriptionController.class,
    SubscriptionPollController.class,
    AcmeAccountController.class,
    AcmeOrderController.class,
    AcmeCertificateController.class,
    AcmeChallengeController.class,
    ScaiKeyEventController.class,
    HealthController.class,
    MetricsController.class,
    SecurityTxtController.class,
    DocumentationController.class
})
public class ApiWiring {
    @Bean
    RequestMetrics requestMetrics(MeterRegistry registry) {
        return new RequestMetrics(registry);
    }

    @Bean
    SecretMetrics secretMetrics(MeterRegistry registry) {
        return new SecretMetrics(registry);
    }

    @Bean
    Cursors cursors(TenantMac mac, Clock clock) {
        return new Cursors(mac, clock);
    }

    @Bean
    ApiDocument apiDocument() {
        return new ApiDocument();
    }

    @Bean
    FailureResolver failureResolver() {
        return new FailureResolver();
    }

    @Bean
    RateGate rateGate(Quota quota) {
        return new RateGate(quota);
    }

    @Bean
    TenantSelection tenantSelection(TenantRegistry tenants, RevocationList standings) {
        return new TenantSelection(tenants, standings);
    }

    @Bean
    CustomMethodMapping handlers(
            TokenAuthenticator authenticator,
            TenantRegistry tenants,
            TenantSelection selection,
            RateGate rates,
            AuditTrail trail,
            AuditEntries entries,
            RequestMetrics metrics) {
        CustomMethodMapping mapping = new CustomMethodMapping();
        mapping.setInterceptors(new CallInterceptor(authenticator, tenants, selection, rates, trail, entries, metrics));
        return mapping;
    }

    @Bean
    EndpointAdapter endpointAdapter(
            FailureResolver failures, IdempotentReplies replies, AccessControl access, JsonBody bodies) {
        return new EndpointAdapter(failures, new IdempotentCalls(replies, access, bodies));
    }

    @Bean
    FilterRegistrationBean<RequestGate> requestGate(
            Ids ids, ClientAddress clientAddress, RequestMetrics metrics, FailureResolver failures) {
        return new FilterRegistrationBean<>(new RequestGate(ids, clientAddress, metrics, failures));
    }

    /** The container refuses escaped slashes before it is known where they stand; {@link RequestGate} knows. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> escapedSlashes() {
        return factory -> factory.addConnectorCustomizers(
                connector -> connector.setEncodedSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue()));
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> leanHttp() {
        return LeanHttp.installed();
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> containerErrors() {
        return factory -> factory.addContextCustomizers(context -> {
            Host host = (Host) context.getParent();
            if (host instanceof StandardHost standard) {
                standard.setErrorReportValveClass(ContainerErrors.class.getName());
            }
        });
    }
}
