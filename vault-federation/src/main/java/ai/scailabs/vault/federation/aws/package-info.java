/** AWS Secrets Manager, by AWS's SDK. The only package of federation that knows it; nothing of the SDK leaves it. Start with {@link ai.scailabs.vault.federation.aws.AwsSecretsManager}. */
@NullMarked
package ai.scailabs.vault.federation.aws;

import org.jspecify.annotations.NullMarked;
