/**
 * Campaigns: processes of a real deployment are killed by SIGKILL at instants that follow from a
 * seed, under load, and every answer is compared with the plain integer network; or devices flood
 * one beside another. Commands, not tests: the tests run short forms of them.
 */
package org.lepcnn.cli.campaign;
