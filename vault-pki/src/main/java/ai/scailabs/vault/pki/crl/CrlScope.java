package ai.scailabs.vault.pki.crl;

import ai.scailabs.vault.kernel.id.TenantId;
import java.util.UUID;

/** What one key of an authority signed: lists of different keys are different lists, also where the name is the same. */
record CrlScope(TenantId tenant, UUID authority, int generation) {}
