import stat

from gptchina.db import engine


def test_a_new_database_is_readable_by_its_owner_only(tmp_path):
    file = tmp_path / "new.db"
    made = engine.make_engine(f"sqlite:///{file}")
    with made.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE something (id INTEGER)")
        modes = {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    made.dispose()
    assert modes == {0o600}
