"""Several devices and processes on TensorFlow: `tf.distribute.MirroredStrategy`, and in jobs `MultiWorkerMirroredStrategy`."""

import atexit
import contextlib
import functools
import socket
import time
import weakref

import numpy as np
import tensorflow as tf
from tensorflow.compiler.xla.tsl.protobuf import coordination_config_pb2
from tensorflow.python.eager import context

from keras.src.backend.common.global_state import STATE
from keras.src.backend.common.liveness import TIMEOUT, farewell

_SUM = tf.distribute.ReduceOp.SUM
POSTS = True
# Seconds in which all processes of a job must have started, where nobody says; and those between two looks.
_TIMEOUT = 600
_LOOK = 0.2
# Errors by which collective ops tell that a process of the job has gone.
_GONE = (
    tf.errors.UnavailableError,
    tf.errors.DeadlineExceededError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.FailedPreconditionError,
    tf.errors.InternalError,
)


class _Job:
    """The processes that compute together, of which this is one; there is at most one job in a process."""

    strategy = None
    num_processes = 1
    process_id = 0
    has_lost = False

    def join(self, strategy, num_processes, process_id):
        """Makes a `MultiWorkerMirroredStrategy` that of the job."""
        self.strategy, self.num_processes, self.process_id = strategy, num_processes, process_id
        atexit.register(_end)


_job = _Job()
_strategies = weakref.WeakKeyDictionary()


def initialize(launch):
    """See `contract.Distribution.initialize`."""
    if launch is None or launch.num_processes == 1 or _job.strategy is not None:
        return
    addresses = _addresses(launch)
    if launch.process_id == 0:
        _wait_for_others(addresses, launch)
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec({"worker": addresses}),
        task_type="worker",
        task_id=launch.process_id,
        num_accelerators={"GPU": len(tf.config.list_physical_devices("GPU"))},
        rpc_layer="grpc",
    )
    if launch.timeout:
        _limit(launch)
    try:
        strategy = tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver)
    except RuntimeError as error:
        if "program startup" not in str(error):
            raise
        raise RuntimeError(
            "`keras.distribution.initialize()` must come before whatever makes tensors, since TensorFlow joins a job only "
            "when it starts. Call it right after the imports."
        ) from error
    except _GONE as error:
        raise _nobody_at(addresses[:1], launch) from error
    _job.join(strategy, launch.num_processes, launch.process_id)


def _addresses(launch):
    """Where each process of a job is reached; on one machine, the ports that follow that of the launcher."""
    if len(launch.addresses) == launch.num_processes:
        return list(launch.addresses)
    host, _, port = launch.addresses[0].rpartition(":")
    if not launch.is_on_one_machine:
        raise ValueError(
            f"TensorFlow needs the address of each of the {launch.num_processes} processes, in TF_CONFIG or in "
            "KERAS_DISTRIBUTION_JOB_ADDRESSES, separated by commas (with KERAS_DISTRIBUTION_NUM_PROCESSES and "
            f"KERAS_DISTRIBUTION_PROCESS_ID). Received: {launch.addresses} from {launch.source}"
        )
    # Below, where there are none above.
    step = 1 if int(port) + launch.num_processes < 2**16 else -1
    ports = [int(port) + step * (1 + number) for number in range(launch.num_processes)]
    _check_is_free(ports[launch.process_id], launch)
    return [f"{host}:{port}" for port in ports]


def _check_is_free(port, launch):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            raise RuntimeError(
                f"Process {launch.process_id} of this job is to listen on port {port}, which another program uses "
                f"({error}). Start the job with another port (MASTER_PORT, `torchrun --master-port`), or name free ones in "
                "TF_CONFIG or KERAS_DISTRIBUTION_JOB_ADDRESSES."
            ) from None


def _wait_for_others(addresses, launch):
    """Returns when all others listen: TensorFlow itself would let the first process wait without end, deaf to signals."""
    end = time.monotonic() + (launch.timeout or _TIMEOUT)
    missing = addresses[1:]
    while missing := [address for address in missing if not _listens(address)]:
        if time.monotonic() > end:
            raise _nobody_at(missing, launch)
        time.sleep(_LOOK)


def _listens(address):
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _LOOK).close()
    except OSError:
        return False
    return True


def _nobody_at(addresses, launch):
    return RuntimeError(
        f"Process {launch.process_id} of {launch.num_processes} did not meet the others within "
        f"{launch.timeout or _TIMEOUT:g} seconds (the environment variable {TIMEOUT}): nobody answers at "
        f"{', '.join(addresses)}. Start all of them, with the same addresses."
    )


def takes_for_job(strategy):
    """Whether a strategy of the user's own computes in several processes, which then are the job."""
    if _job.strategy is None and isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        resolver = strategy.cluster_resolver
        spec = resolver.cluster_spec()
        chiefs, workers = (spec.num_tasks(kind) if kind in spec.jobs else 0 for kind in ("chief", "worker"))
        if chiefs + workers > 1:
            number = resolver.task_id + (resolver.task_type == "worker") * chiefs
            _job.join(strategy, chiefs + workers, number)
    return _job.strategy is strategy


def _limit(launch):
    """Sets after how many seconds processes that do not come, or give no sign of life, count as dead."""
    limit = int(1000 * launch.timeout)
    context.context().configure_coordination_service(
        "standalone",
        service_leader="/job:worker/replica:0/task:0",
        cluster_register_timeout_in_ms=limit,
        heartbeat_timeout_in_ms=limit,
        coordinated_jobs=[coordination_config_pb2.CoordinatedJob(name="worker", num_tasks=launch.num_processes)],
    )


def num_processes():
    """See `contract.Distribution.num_processes`."""
    return _job.num_processes


def process_id():
    """See `contract.Distribution.process_id`."""
    return _job.process_id


def is_lost(error):
    """See `contract.Distribution.is_lost`."""
    lost = isinstance(error, _GONE)
    _job.has_lost |= lost
    return lost


def post(word):
    """See `contract.Distribution.post`; TensorFlow has no public door to what its service keeps for a job."""
    context.context().set_config_key_value(word, "told")


def is_posted(word, seconds):
    """See `contract.Distribution.is_posted`."""
    try:
        context.context().get_config_key_value(word, max(1, int(seconds * 1000)))
    except tf.errors.DeadlineExceededError:
        return False
    return True


def _end():
    """Tells the others that this process ends; where one is lost there may be nobody who hears it."""
    if _job.has_lost:
        return
    with contextlib.suppress(tf.errors.OpError):
        post(farewell(process_id()))


def all_gather(array):
    """See `contract.Distribution.all_gather`; sent as integers, which no sum rounds."""
    if _job.strategy is None:
        return array[None]
    sent = np.ascontiguousarray(array).tobytes()
    words = np.frombuffer(sent + bytes(-len(sent) % 4), "int32")
    rows = np.zeros((_job.num_processes, words.size), "int32")
    rows[_job.process_id] = words
    received = np.ascontiguousarray(_summed(tf.constant(rows)).numpy())
    received = received.view("uint8").reshape(len(rows), -1)[:, : len(sent)]
    return np.ascontiguousarray(received).view(array.dtype).reshape(-1, *array.shape)


@tf.function(reduce_retracing=True, autograph=False)
def _summed(rows):
    """The sum of what the processes have; of the devices of one the first counts."""

    def sum_of_all():
        replica = tf.distribute.get_replica_context()
        counts = tf.get_static_value(replica.replica_id_in_sync_group) % num_local_replicas(_job.strategy) == 0
        return replica.all_reduce(_SUM, tf.identity(rows if counts else tf.zeros_like(rows)))

    return _job.strategy.experimental_local_results(_job.strategy.run(sum_of_all))[0]


def sum_of_replicas(tensor, synchronized):
    """See `contract.Distribution.sum_of_replicas`."""
    share = STATE.share
    if share is not None:
        return share.sum(tensor) if share.is_divided else tensor
    replica = tf.distribute.get_replica_context() if synchronized else None
    return tensor if replica is None else replica.all_reduce(_SUM, tf.identity(tensor))


def num_local_replicas(strategy):
    """Number of the devices of this process that a strategy computes on."""
    return len(strategy.extended.worker_devices)


def check(distribution):
    """See `contract.Distribution.check`."""
    mesh = distribution.device_mesh
    if mesh.devices.size == 1 and distribution.num_processes == 1:
        return
    divides_variables = getattr(distribution, "shard_variables", None)
    if divides_variables is not False:
        raise NotImplementedError(
            "The tensorflow backend distributes data only: each device holds all variables, by DataParallel(). "
            "Variables are divided among devices (ModelParallel, DataParallel(shard_variables=True)) with KERAS_BACKEND=jax "
            f"or torch. Received: {distribution} of {mesh.devices.size} devices"
        )
    strategy_of(distribution)


def strategy_of(distribution):
    """The `tf.distribute.Strategy` of a distribution; `None` where one device computes."""
    if distribution not in _strategies:
        _strategies[distribution] = _strategy_of(distribution)
    return _strategies[distribution]


def _strategy_of(distribution):
    names = [str(name).lower() for name in distribution.device_mesh.devices.reshape(-1)]
    if _job.strategy is not None:
        if len(names) != _job.strategy.num_replicas_in_sync:
            raise ValueError(
                f"The mesh of a distribution must have all {_job.strategy.num_replicas_in_sync} devices of the job. "
                f"Received: {distribution} of the devices {names}"
            )
        return _job.strategy
    if len(names) == 1:
        return None
    if distribution.num_model_replicas != len(names):
        raise ValueError(
            "The tensorflow backend divides batches over all devices: the mesh has one axis. "
            f"Received: {distribution} of the devices {names}"
        )
    known = [f"{d.device_type.lower()}:{d.name.rpartition(':')[2]}" for d in tf.config.list_logical_devices()]
    names = [name.replace("cuda", "gpu") for name in names]
    if not set(names) <= set(known):
        raise ValueError(
            f"There are no devices {sorted(set(names) - set(known))}. `keras.distribution.list_devices()` tells those that "
            "there are. TensorFlow makes several of one CPU by `tf.config.set_logical_device_configuration`."
        )
    return _mirrored(tuple(names))


@functools.cache
def _mirrored(names):
    # NCCL, the default, joins GPUs only.
    ops = None if all("gpu" in name for name in names) else tf.distribute.ReductionToOneDevice()
    return tf.distribute.MirroredStrategy(list(names), cross_device_ops=ops)
