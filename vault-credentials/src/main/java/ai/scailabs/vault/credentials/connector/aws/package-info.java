/** Users and sessions of an account of AWS. Start with {@link ai.scailabs.vault.credentials.connector.aws.AwsAccounts}. */
@NullMarked
package ai.scailabs.vault.credentials.connector.aws;

import org.jspecify.annotations.NullMarked;
