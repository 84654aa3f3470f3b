package ai.scailabs.vault.access.token;

import ai.scailabs.vault.kernel.id.TenantId;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Whose tokens a tenant trusts. Two tenants that trust one issuer share nothing that is known of it, nor do two trusts.
 *
 * @param trustId who says so
 * @param revision of the trust
 * @param issuer the exact text of {@code iss}
 * @param jwksUrl where its keys are; absent when its discovery document says so
 */
public record ForeignIssuer(
        TenantId tenant,
        String trustId,
        int revision,
        String issuer,
        @Nullable URI jwksUrl) {}
