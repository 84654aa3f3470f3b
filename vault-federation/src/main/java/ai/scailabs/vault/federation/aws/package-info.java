/** AWS Secrets Manager, by AWS's SDK. The only package that knows it. */
@NullMarked
package ai.scailabs.vault.federation.aws;

import org.jspecify.annotations.NullMarked;
