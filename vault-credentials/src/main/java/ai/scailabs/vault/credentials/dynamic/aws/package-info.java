/** Users of IAM and sessions of STS, as credentials with a lease. */
@NullMarked
package ai.scailabs.vault.credentials.dynamic.aws;

import org.jspecify.annotations.NullMarked;
