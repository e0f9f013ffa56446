/**
 * The mark on routes (rtm_protocol) and addresses (IFA_PROTO, Linux 5.18) that Ratchet sets in pods: `proto 82` in
 * iproute2's words. None of the daemons in /etc/iproute2/rt_protos has this number. Only marked ones are ever removed.
 */
export const OWN_PROTOCOL = 82;
