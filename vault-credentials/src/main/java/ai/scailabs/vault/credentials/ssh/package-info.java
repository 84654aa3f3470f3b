/**
 * Certificates of OpenSSH: whose key may be certified, what a role lets a certificate say, how one is signed, and how it is revoked. Knows no tenant, no lease and no clock; no certificate is ever for anybody. Start with
 * {@link ai.scailabs.vault.credentials.ssh.SshRoleRules} and {@link ai.scailabs.vault.credentials.ssh.SshAuthority}.
 */
@NullMarked
package ai.scailabs.vault.credentials.ssh;

import org.jspecify.annotations.NullMarked;
