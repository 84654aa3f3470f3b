/**
 * What the service itself shows in TLS, where that is a certificate of a tenant. Who holds a {@link ai.scailabs.vault.pki.serving.ServingCertificate} gets at that one certificate, as its tenant and on its tenant's record,
 * and never at another. Start with it.
 */
@NullMarked
package ai.scailabs.vault.pki.serving;

import org.jspecify.annotations.NullMarked;
