package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.kernel.id.TenantId;

/** Whether a tenant has a webhook. */
@FunctionalInterface
public interface WebhookNames {
    /** @param id any text */
    boolean exists(TenantId tenant, String id);
}
