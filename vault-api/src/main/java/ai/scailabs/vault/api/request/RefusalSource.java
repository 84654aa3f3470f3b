package ai.scailabs.vault.api.request;

import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import org.jspecify.annotations.Nullable;

/** Whose refusals of what may share a row: a caller at an address, known by name or not. */
record RefusalSource(TenantId log, @Nullable IdentityId identity, AuditAction action, String ip) {}
