/**
 * A root key in Google Cloud KMS: a symmetric key that encrypts and decrypts with additional authenticated data. The only place that knows Google's SDK, which is loaded when it is
 * chosen. Start with {@link ai.scailabs.vault.kms.gcp.GcpKmsRootKey}.
 */
@NullMarked
package ai.scailabs.vault.kms.gcp;

import org.jspecify.annotations.NullMarked;
