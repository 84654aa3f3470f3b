/**
 * How a certificate is made: its parts, each valid once it exists; the lint that reads the encoded bytes before they are signed; the signature. Knows no tenant, no database, no HTTP and no
 * clock, and signs nothing that the lint has not read. Start with {@link ai.scailabs.vault.pki.x509.CertificateLint}.
 */
@NullMarked
package ai.scailabs.vault.pki.x509;

import org.jspecify.annotations.NullMarked;
