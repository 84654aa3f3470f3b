/**
 * A root key in AWS KMS: a symmetric key that encrypts and decrypts under an encryption context. The only place that knows AWS's SDK, which is loaded when it is chosen. Start with
 * {@link ai.scailabs.vault.kms.aws.AwsKmsRootKey}.
 */
@NullMarked
package ai.scailabs.vault.kms.aws;

import org.jspecify.annotations.NullMarked;
